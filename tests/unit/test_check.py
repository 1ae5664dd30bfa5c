"""`sidekiq-gen templates check`: what it renders, what it finds, and what it writes."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any

import pytest

from sidekiq_gen.job.kinds.catalogue import KINDS
from sidekiq_gen.job.patterns.catalogue import PATTERNS
from sidekiq_gen.sidekiq.capabilities import TABLE
from sidekiq_gen.testing.cases import Subject, all_cases, pairs
from sidekiq_gen.testing.places import capabilities_in, gates, places
from sidekiq_gen.testing.poison import MARK, poisoned
from sidekiq_gen.testing.rendering import workspace
from sidekiq_gen.testing.ruby import parsed
from support.command import sidekiq_gen, tree
from support.repos import Repo
from support.tools import require

if TYPE_CHECKING:
    from pathlib import Path

    from sidekiq_gen.testing.cases import Case

HOW = "apt-get install ruby rubocop"
BUILT_IN = Subject(PATTERNS)
FOLDER = "lib/templates/sidekiq_gen"
OWN = f"{FOLDER}/common/patterns/row_lock/job.rb.j2"
SNAPSHOT = f"{FOLDER}/snapshots/row-lock.txt"
TEXT = """{% macro around(body, leave) %}
# Ours.
the_record.with_lock do
  {{ body | indent(2) }}
end
{% endmacro %}
"""
CHECK = ("templates", "check", "--no-rubocop")


@pytest.fixture(scope="module")
def checked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repo with a template of its own, and the snapshot of it."""
    require("ruby", HOW)
    root = Repo(files={OWN: TEXT}).write(tmp_path_factory.mktemp("checked"))
    assert sidekiq_gen(root, *CHECK, "--update").status == 0
    return root


@pytest.fixture
def own(checked: Path, tmp_path: Path) -> Path:
    """A copy of it."""
    return shutil.copytree(checked, tmp_path / "own")


def findings(root: Path, *words: str) -> tuple[int, list[str]]:
    done = sidekiq_gen(root, *CHECK, *words, "--json")
    return done.status, [finding["code"] for finding in json.loads(done.out)["findings"]]


def test_a_check_writes_what_it_has_seen(checked: Path) -> None:
    before = tree(checked)

    assert [path for path in before if "snapshots" in path] == [SNAPSHOT]
    assert b"    # Ours.\n    order.with_lock do\n" in before[SNAPSHOT]


def test_what_is_wrong_is_found_each_with_its_place(own: Path) -> None:
    """One run over a repo with everything that can be wrong, each in the template of another pattern."""
    require("rubocop", HOW)
    (own / OWN).write_text(TEXT.replace("Ours", "Theirs"))
    folder = own / FOLDER / "common/patterns"
    for pattern, text in WRONG.items():
        (folder / pattern).mkdir(parents=True)
        (folder / pattern / "job.rb.j2").write_text(text)
    before = tree(own)

    done = sidekiq_gen(own, "templates", "check", "--update", "--json")

    found = json.loads(done.out)
    said = {finding["code"]: finding for finding in found["findings"]}
    assert (done.status, found["files"], tree(own)) == (4, [], before)
    assert "log_context/add/job.rb.j2, line 2, cannot be used: 'recrod' is undefined" in _all(found, "broken-template")
    assert "discard_on/retry_in/job.rb.j2" in _all(found, "broken-template")
    assert "on_exhausted/job.rb.j2, line 1, has the_recrod" in _all(found, "broken-template")
    assert "rescue, and no slot is called so" in _all(found, "broken-template")
    assert said["ruby-syntax"]["where"].startswith("7-rspec advisory-lock")
    assert "unused variable - unused" in said["ruby-warning"]["message"]
    assert said["rubocop-offense"]["message"].startswith(("Lint/", "Style/"))
    assert said["rubocop-offense"]["cases"] > 1
    assert "Lint/Syntax" not in done.out


def _all(found: dict[str, Any], code: str) -> str:
    return "\n".join(finding["message"] for finding in found["findings"] if finding["code"] == code)


# By pattern, or its shape: what takes the place of its template.
WRONG = {
    "log_context/add": "{% macro around(body, leave) %}\n# {{ recrod }}\n{{ body }}\n{% endmacro %}\n",
    "discard_on/retry_in": "{% macro rescues() %}{% if %}{% endmacro %}\n",
    "on_exhausted": "the_recrod\n",
    "retry_after": "{% macro rescue() %}{% endmacro %}\n",
    "advisory_lock": "{% macro start() %}\nif true\n{% endmacro %}\n",
    "idempotency_key": "{% macro start() %}\nunused = 'x'\n{% endmacro %}\n",
}


def test_a_changed_text_is_shown_as_a_diff(own: Path) -> None:
    (own / OWN).write_text(TEXT.replace("Ours", "Theirs"))

    done = sidekiq_gen(own, *CHECK)

    assert done.status == 4
    assert "snapshot-changed: snapshots/row-lock.txt: " in done.out
    assert "-    # Ours.\n" in done.out
    assert "+    # Theirs.\n" in done.out


def test_a_missing_and_a_further_snapshot_are_found_and_put_right(own: Path) -> None:
    (own / SNAPSHOT).rename((own / SNAPSHOT).with_name("old.txt"))
    before = tree(own)
    assert findings(own) == (4, ["snapshot-extra", "snapshot-missing"])

    pretended = sidekiq_gen(own, *CHECK, "--update", "--pretend")
    assert (pretended.status, tree(own)) == (0, before)
    done = sidekiq_gen(own, *CHECK, "--update")

    assert done.status == 0
    for shown in (pretended.out, done.out):
        assert "create  snapshots/row-lock.txt" in shown
        assert "remove  snapshots/old.txt" in shown
    assert tree(own) == {path: text for path, text in before.items() if "snapshots" not in path} | {
        SNAPSHOT: before[f"{FOLDER}/snapshots/old.txt"]
    }


def test_a_repo_without_templates_has_nothing_to_check(tmp_path: Path) -> None:
    done = sidekiq_gen(Repo().write(tmp_path), *CHECK)

    assert done.status == 2
    assert "this repo has no templates of its own" in done.err


def test_without_ruby_the_rest_is_checked(own: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(own))

    done = sidekiq_gen(own, "templates", "check", "--json")

    document = json.loads(done.out)
    assert (done.status, document["findings"]) == (0, [])
    assert [notice["code"] for notice in document["notices"]] == ["ruby-not-run", "rubocop-not-run"]


def test_a_snapshot_that_cannot_be_read_is_told(own: Path) -> None:
    (own / SNAPSHOT).write_bytes(b"\xff")

    done = sidekiq_gen(own, *CHECK)

    assert done.status == 1
    assert "is not UTF-8" in done.err


def test_every_kind_and_pattern_is_shown_on_every_tree() -> None:
    shown = {(case.place.repo.sidekiq[:1], case.place.repo.rspec, case.group) for case in all_cases(BUILT_IN)}

    groups = [kind.name for kind in KINDS] + [pattern.name for pattern in PATTERNS]
    assert shown == {(tree, rspec, group) for tree in "678" for rspec in (True, False) for group in groups}


def test_covering_pairs_can_be_had_and_have_every_pattern_with_every_other_one() -> None:
    with workspace() as place:
        cases = list(pairs(BUILT_IN, place.can_be_had))
        had = [case for case in cases if place.render(case)]
        met = {
            (one.name, other.name)
            for case in had
            for one in PATTERNS
            for other in PATTERNS
            if one.flags[0].parameter in case.said and other.flags[0].parameter in case.said and one is not other
        }
        refused = [
            (one.name, other.name)
            for one in PATTERNS
            for other in PATTERNS
            if one is not other and (one.name, other.name) not in met
            if place.can_be_had(places()[0], _both(one.name, other.name))
        ]

    assert refused == []
    assert len(had) > len(cases) * 0.8


def _both(one: str, other: str) -> dict[str, object]:
    first, second = (next(iter(BUILT_IN.levels[name].values())) for name in (one, other))
    return {**BUILT_IN.shapes["record"], **first, **second}


def test_a_gate_that_a_template_asks_about_is_rendered_on_both_sides() -> None:
    named = capabilities_in(["{% if can.retry_in_kill %}x{% endif %}{{ can.nothing }}"])
    row = next(row for row in TABLE if row.name == "retry_in_kill")

    found = [place.repo.sidekiq for place in gates(named)]

    assert named == {"retry_in_kill", "nothing"}
    assert found == ["6.5.0", "6.5.0", "6.5.2", "6.5.2"]
    assert row.versions == (">=6.5.2",)


def _texts(cases: list[Case]) -> list[str]:
    with workspace() as place:
        rendered = [place.render(case) for case in cases]
    return sorted({text for one in rendered if one for text in one[1].values()})


def test_nothing_that_a_repo_says_is_code_in_any_template() -> None:
    require("ruby", HOW)
    texts = _texts(list(poisoned(BUILT_IN)))

    assert len([text for text in texts if MARK in text]) > 20
    assert [(texts[remark.text], remark) for remark in parsed(texts, MARK) if remark.word == "code"] == []
