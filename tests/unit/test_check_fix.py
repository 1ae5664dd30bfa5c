"""`check --fix`: rewrites that are certain, and nothing else."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from sidekiq_gen.check import nodes
from sidekiq_gen.check.engine import context_of, judge, read_files
from sidekiq_gen.check.fixing import fix
from sidekiq_gen.check.rule import Context, Edit, FileRule, Finding, Rule
from sidekiq_gen.check.rules.call_sites import RULES as EXAMPLES
from sidekiq_gen.check.rules.catalogue import BY_CODE, RULES
from sidekiq_gen.rails.project import Where, detect_project
from support.command import sidekiq_gen, tree
from support.repos import Repo
from support.rules import repo_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sidekiq_gen.check.source import Source

PATH = "app/jobs/some_job.rb"
TEXT = """\
class SomeJob
  include Sidekiq::Job

  def perform(id)
    {call}
  end
end
"""


NEW = {"old": "fresh", "old_broken": "fresh((", "old_stays": "old_again", "old_twice": "fresh"}


class Old(FileRule):
    """Calls of ``old``, which become what their name says: ``old_broken``, ``old_stays``, ``old_gone``, ``old``."""

    code = "old-call"
    title = "An old call"
    severity = "warning"
    why = way_out = "A test."
    source = "none"
    bad = good = EXAMPLES[0].bad

    def check(self, source: Source, context: Context) -> Iterator[Finding]:
        del context
        for call in source.calls("old", "old_broken", "old_stays", "old_twice", "old_again", "old_never"):
            name = nodes.method_name(call)
            edit = Edit(call.start_byte, call.start_byte + len(name), NEW.get(name, ""))
            edits = (edit,) if name in NEW else ()
            yield self.at(source, call, f"{name} is old.", *edits)
            if name == "old_twice":
                yield self.at(source, call, f"{name} is very old.", edit)
                yield self.at(source, call, f"{name} is too old.", Edit(call.start_byte, call.end_byte, "other(1)"))


@pytest.fixture(autouse=True)
def one_rule(monkeypatch: pytest.MonkeyPatch) -> None:
    rule = Old()
    monkeypatch.setattr("sidekiq_gen.cli.checked.RULES", [rule])
    monkeypatch.setitem(BY_CODE, rule.code, rule)


def repo(root: Path, *calls: str) -> Path:
    return Repo(files={PATH: TEXT.replace("{call}", "\n    ".join(calls))}).write(root)


def test_what_is_certain_is_rewritten_and_nothing_else(tmp_path: Path) -> None:
    root = repo(tmp_path, "old(1)", "x = [old(2), 'ä']; old(3)")
    before = tree(root)

    done = sidekiq_gen(root, "check", "--fix")

    assert done.status == 0
    assert done.out == f"       force  {PATH}\n"
    assert "3 findings." in done.err
    after = tree(root)
    assert after.pop(PATH) == before.pop(PATH).replace(b"old(", b"fresh(")
    assert after == before
    assert sidekiq_gen(root, "check").status == 0


def test_line_ends_and_bytes_that_are_no_text_stay(tmp_path: Path) -> None:
    root = repo(tmp_path, "old(1)")
    data = b"\xef\xbb\xbf# \xff\r\n" + (root / PATH).read_bytes().replace(b"\n", b"\r\n")
    (root / PATH).write_bytes(data)

    assert sidekiq_gen(root, "check", "--fix").status == 0
    assert (root / PATH).read_bytes() == data.replace(b"old(", b"fresh(")


def test_pretending_shows_it_as_a_diff(tmp_path: Path) -> None:
    root = repo(tmp_path, "old(1)")
    before = tree(root)

    done = sidekiq_gen(root, "check", "--fix", "--pretend")

    assert "-    old(1)\n+    fresh(1)\n" in done.out
    assert tree(root) == before


def test_what_is_left_is_said(tmp_path: Path) -> None:
    root = repo(tmp_path, "old(1)", "old_never(2)")

    document = json.loads(sidekiq_gen(root, "check", "--fix", "--json").out)

    assert (document["fixed"], [one["message"] for one in document["findings"]]) == (1, ["old_never is old."])
    assert [notice["code"] for notice in document["notices"]] == ["still-found"]
    assert document["files"] == [{"path": PATH, "status": "force"}]
    assert document["command_line"] == "sidekiq-gen check --fix --no-input"


def test_where_nothing_can_be_rewritten_it_is_a_check(tmp_path: Path) -> None:
    root = repo(tmp_path, "old_never(2)")
    before = tree(root)

    done = sidekiq_gen(root, "check", "--fix", "-q")

    assert (done.status, done.out) == (4, f"{PATH}:5:5: warning: old_never is old. [old-call]\n")
    assert tree(root) == before


@pytest.mark.parametrize("call", ["old_broken(1)", "old_stays(1)"])
def test_a_rewrite_that_does_not_do_what_it_should_is_not_made(tmp_path: Path, call: str) -> None:
    root = repo(tmp_path, call)
    before = tree(root)

    done = sidekiq_gen(root, "check", "--fix")

    assert done.status == 4
    assert f"{PATH} is left as it is" in done.err
    assert tree(root) == before


def test_a_file_that_cannot_be_put_right_does_not_keep_others(tmp_path: Path) -> None:
    root = repo(tmp_path, "old_stays(1)")
    other = "app/jobs/other_job.rb"
    (root / other).write_text(TEXT.replace("SomeJob", "OtherJob").replace("{call}", "old(1)"))

    done = sidekiq_gen(root, "check", "--fix")

    assert (done.status, done.out) == (0, f"       force  {other}\n")
    assert "not-fixed" not in done.out
    assert f"{PATH} is left as it is" in done.err
    assert b"old_stays" in (root / PATH).read_bytes()


def test_the_same_rewrite_is_made_once_and_one_that_overlaps_waits(tmp_path: Path) -> None:
    root = repo(tmp_path, "old_twice(1)")

    assert sidekiq_gen(root, "check", "--fix").status == 0
    assert b"    fresh(1)\n" in (root / PATH).read_bytes()


def test_only_what_is_told_is_rewritten(tmp_path: Path) -> None:
    root = repo(tmp_path, "old(1) # sidekiq-gen:ignore old-call", "old(2)")
    (root / "lib").mkdir(exist_ok=True)
    (root / "lib/more.rb").write_text("Sidekiq.old(3)\n")

    assert sidekiq_gen(root, "check", "--fix", "app").status == 0

    assert b"old(1) #" in (root / PATH).read_bytes()
    assert b"fresh(2)" in (root / PATH).read_bytes()
    assert (root / "lib/more.rb").read_text() == "Sidekiq.old(3)\n"


@pytest.mark.parametrize("rule", RULES, ids=[rule.code for rule in RULES])
def test_what_a_rule_calls_certain_is(rule: Rule, tmp_path: Path) -> None:
    """In its bad example: what it would rewrite still parses, and is no longer found."""
    project = detect_project(Where(root=repo_of(rule.bad, tmp_path)), tmp_path)
    context = context_of(project)
    files = tuple(read_files(project.app, [rule], context))
    found = [one for one in judge(files, project.app, [rule], context) if one.edits]

    done = fix(found, files, project.app, [rule], context)

    assert done.kept == ()
    assert {one.path for one in done.fixed} == {one.path for one in found}
