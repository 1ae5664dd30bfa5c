"""What docs/stability.md calls public is what there is."""

from __future__ import annotations

import re
from pathlib import Path

import yaml

from sidekiq_gen import errors, testing
from sidekiq_gen.cli.check import FOUND
from sidekiq_gen.packs.found import GROUP
from sidekiq_gen.record.book import FILE
from sidekiq_gen.testing import plugin

ROOT = Path(__file__).parents[2]


def page(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def public(what: str) -> set[str]:
    """What stands in backticks in a row of its table."""
    (row,) = re.findall(rf"^\| {what} \| (.*) \|$", page("docs/stability.md"), re.MULTILINE)
    return set(re.findall(r"`([^`]+)`", row))


def exit_codes() -> set[int]:
    every = [errors.SidekiqGenError]
    for one in every:
        every.extend(one.__subclasses__())
    return {0, FOUND, *(one.exit_status for one in every)}


def test_the_python_interface_is_what_the_package_exports() -> None:
    assert public("Python") == {"sidekiq_gen.testing", *testing.__all__}
    assert public("pytest") == {plugin.__name__, "sidekiq_gen_pack", plugin.UPDATE}
    assert plugin.sidekiq_gen_pack.__name__ == "sidekiq_gen_pack"
    assert GROUP in public("templates and packs")


def test_the_hook_and_the_action_are_those_of_the_repo() -> None:
    hooks, action = yaml.safe_load(page(".pre-commit-hooks.yaml")), yaml.safe_load(page("action.yml"))

    assert public("pre-commit") == {hook["id"] for hook in hooks}
    assert public("GitHub Actions") == set(action["inputs"])


def test_the_files_are_named() -> None:
    assert {FILE, ".sidekiq-gen.toml", "job --from"} <= public("files in the repo")


def test_every_exit_code_is_explained() -> None:
    shown = {int(code) for code in re.findall(r"^\| (\d+) \| ", page("docs/job.md"), re.MULTILINE)}
    (row,) = re.findall(r"^\| exit codes \| ([\d, and]+), as in", page("docs/stability.md"), re.MULTILINE)

    assert shown == exit_codes() == {int(code) for code in re.findall(r"\d+", row)}


def test_every_variable_that_is_read_is_documented() -> None:
    texts = [path.read_text(encoding="utf-8") for path in (ROOT / "generator/sidekiq_gen").rglob("*.py")]
    read = {name for text in texts for name in re.findall(r'environ\w*\.get\("([A-Z][A-Z_]*)"', text)}
    documented = set(re.findall(r"`([A-Z_]+)(?:=dumb)?`", page("docs/job.md").split("## Environment variables")[1]))

    assert read - {"HOME", "COMP_WORDS", "COMP_CWORD"} == documented
