"""What the pages of answers show and point to is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from typer.main import get_command

from sidekiq_gen.check.rules.catalogue import BY_CODE
from sidekiq_gen.cli.commands import build_app
from support.command import sidekiq_gen
from support.repos import Repo

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = {path.name: path.read_text(encoding="utf-8") for path in (ROOT / "README.md", *sorted(DOCS.rglob("*.md")))}
OURS = ("ci.md", "common-advice.md", "compared.md", "errors.md", "faq.md", "json.md")


def options() -> set[str]:
    """Every long option of every command."""
    commands = get_command(build_app())
    every = [commands, *commands.commands.values()]  # type: ignore[attr-defined]
    found = {word for one in every for option in one.params for word in (*option.opts, *option.secondary_opts)}
    return {word for word in found if word.startswith("--")}


@pytest.mark.parametrize("name", OURS)
def test_every_option_that_a_page_names_exists(name: str) -> None:
    others = {"--help", "--group"}  # click's own, and one of `bundle add`
    named = set(re.findall(r"(?<![\w-])--[a-z][a-z-]*[a-z]", PAGES[name]))

    assert named - others - options() == set()


@pytest.mark.parametrize("name", OURS)
def test_every_rule_that_a_page_links_to_exists(name: str) -> None:
    assert set(re.findall(r"\(check\.md#([a-z-]+)\)", PAGES[name])) <= BY_CODE.keys()


def test_the_job_beside_that_of_rails_is_real(tmp_path: Path) -> None:
    (line,) = re.findall(r"^`sidekiq-gen (job .*?)`", PAGES["compared.md"], re.MULTILINE)
    theirs, ours = re.findall(r"```ruby\n(.*?)```", PAGES["compared.md"], re.DOTALL)

    done = sidekiq_gen(Repo().write(tmp_path), *line.split(), "--no-input")

    assert done.status == 0
    assert (tmp_path / "app/jobs/charge_order_job.rb").read_text(encoding="utf-8").endswith(f"\n{ours}")
    assert len(ours) > 3 * len(theirs)
