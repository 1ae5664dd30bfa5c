"""The pages that are written from the code say what the code says."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pages import capabilities
from pages.markdown import linked
from sidekiq_gen.check.rules.catalogue import BY_CODE, RULES
from sidekiq_gen.deploys.rules.catalogue import RULES as OF_CHANGES
from sidekiq_gen.sidekiq.capabilities import TABLE, Capability

if TYPE_CHECKING:
    from sidekiq_gen.check.rule import Rule

GITHUB = "https://github.com/sidekiq/sidekiq/blob"
DOCS = Path(__file__).parents[2] / "docs"


@pytest.mark.parametrize("rule", [*RULES, *OF_CHANGES], ids=lambda rule: rule.code)
def test_each_rule_has_a_page_that_a_list_links_to(rule: Rule) -> None:
    page = (DOCS / f"rules/{rule.code}.md").read_text(encoding="utf-8")
    lists = "deploys.md" if rule in OF_CHANGES else "check.md"

    assert not re.search(r"\bfacts \d", page)  # a list that is not in the repo
    assert f": {rule.severity}: " in page.partition("```console\n")[2].partition("```")[0]
    assert f"[`{rule.code}`](rules/{rule.code}.md)" in (DOCS / lists).read_text(encoding="utf-8")


def test_each_capability_is_on_its_page_with_its_source() -> None:
    page = (DOCS / "capabilities.md").read_text(encoding="utf-8")
    meanings = page.partition("## What each capability means")[2].partition("\n## ")[0]
    places = dict(re.findall(r"^\| `(\w+)` \|.+\| (.+) \|$", meanings, flags=re.MULTILINE))

    assert {row.name for row in TABLE} == places.keys()
    assert [name for name, place in places.items() if "](https://github.com/" not in place] == []


@pytest.mark.parametrize(
    ("versions", "said"),
    [
        ((">=6.5.2",), ["no", "from 6.5.2", "yes"]),
        (("<6.5.2", ">=7.0.7"), ["yes", "before 6.5.2", "from 7.0.7"]),
        ((">=6.4.0,<6.5.0",), ["yes", "no", "no"]),
        ((">=6.5.2,<6.5.9",), ["no", "from 6.5.2, before 6.5.9", "no"]),
        ((">=7.0.0",), ["no", "no", "yes"]),
    ],
)
def test_what_a_line_of_releases_can_do_is_told_in_a_word(versions: tuple[str, ...], said: list[str]) -> None:
    row = Capability("sidekiq", versions, "", "")

    assert [capabilities.in_line(row, line) for line in ("6.4", "6.5", "7.0")] == said


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        (
            "sidekiq v7.0.0 lib/sidekiq/config.rb:19 (on)",
            f"sidekiq v7.0.0 [lib/sidekiq/config.rb:19]({GITHUB}/v7.0.0/lib/sidekiq/config.rb#L19) (on)",
        ),
        (
            "sidekiq v6.4.0 lib/sidekiq.rb:2-5",
            f"sidekiq v6.4.0 [lib/sidekiq.rb:2-5]({GITHUB}/v6.4.0/lib/sidekiq.rb#L2-L5)",
        ),
        ("no match in lib at sidekiq v6.5.12, v8.1.7", "no match in lib at sidekiq v6.5.12, v8.1.7"),
        ("rails v8.1.0 postgresql_adapter.rb:901", "rails v8.1.0 postgresql_adapter.rb:901"),
        ("docs/check.md", "docs/check.md"),
        ("sidekiq v8.1.7 x; rails activejob/lib/a.rb", "sidekiq v8.1.7 x; rails activejob/lib/a.rb"),
    ],
)
def test_a_source_links_to_its_files_at_the_tag(source: str, shown: str) -> None:
    assert linked(source) == shown


def test_the_contract_says_of_everything_what_it_is() -> None:
    rows = [line.split(" | ") for line in (DOCS / "templates.md").read_text(encoding="utf-8").splitlines()]
    silent = [row[0] for row in rows if len(row) == 3 and not row[2].rstrip(" |")]

    assert silent == []
    assert sum(len(row) == 3 for row in rows) > 50


def test_the_contract_names_no_place_on_this_machine() -> None:
    page = (DOCS / "templates.md").read_text(encoding="utf-8")

    assert not re.search(r"(?<![\w.])/(?:home|root|tmp|work|usr)/", page)


def test_the_comments_that_ignore_findings_name_rules_that_there_are() -> None:
    shown = re.findall(r"sidekiq-gen:ignore ([a-z-]+(?:, [a-z-]+)*) ", (DOCS / "check.in.md").read_text("utf-8"))

    assert len(shown) == 2
    assert {code for codes in shown for code in codes.split(", ")} <= BY_CODE.keys()
