"""What README and the pages of docs/ that it leads to show is what comes out."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from sidekiq_gen.cli.commands import build_app
from support.command import sidekiq_gen
from support.repos import Repo

ROOT = Path(__file__).parents[2]
STOREFRONT = ROOT / "examples/storefront"
COMMAND = "job ChargeCustomer order:record --discard-on PaymentGateway::CardDeclined"


def page(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def build_command() -> Any:
    return get_command(build_app())


def missing(flags: set[str], text: str) -> set[str]:
    """Those that no whole word of a text is."""
    return flags - set(re.findall(r"--[a-z]+(?:-[a-z]+)*", text))


README = page("README.md")
# Each command, and the pages that have its flags, beside docs/job.md.
PAGES = {
    "": "completion json",
    "argument": "deploys",
    "check": "check",
    "destroy": "destroy",
    "info": "",
    "install": "install",
    "job": "",
    "patterns": "",
    "rename": "deploys",
    "templates": "packs",
    "upgrade": "upgrade",
}
BLOCKS = re.findall(r"```ruby\n(.*?)```", README, re.DOTALL)


@pytest.mark.parametrize(("version", "block"), [("6.4.1", 2), ("8.1.7", 3)])
def test_the_two_releases_side_by_side_are_real(tmp_path: Path, version: str, block: int) -> None:
    assert f"`sidekiq-gen {COMMAND}`" in README

    done = sidekiq_gen(Repo(sidekiq=version).write(tmp_path), *COMMAND.split(), "--no-input")

    assert done.status == 0
    assert BLOCKS[block] in (tmp_path / "app/jobs/charge_customer_job.rb").read_text(encoding="utf-8")
    assert len(BLOCKS) == 4


@pytest.mark.parametrize("name", ["README.md", "docs/job.md"])
def test_the_first_command_of_a_page_prints_and_writes_what_is_shown(tmp_path: Path, name: str) -> None:
    shown = re.search(r"\$ sidekiq-gen (job .*?)\n((?: +create  \S+\n)+)", page(name), re.DOTALL)
    assert shown
    root = tmp_path / "storefront"
    shutil.copytree(STOREFRONT, root)

    done = sidekiq_gen(root, *shown[1].replace("\\\n", " ").split(), "--no-input")

    assert (done.status, done.out) == (0, shown[2])
    if name == "README.md":
        job, spec = (root.joinpath(path).read_text(encoding="utf-8") for path in shown[2].split()[1::2])
        assert BLOCKS[0] in job
        assert BLOCKS[1] in spec


def test_every_command_and_every_flag_has_its_page() -> None:
    commands = {str(command.name) for command in build_app().registered_commands}

    assert commands >= {"destroy", "info", "install", "job", "patterns"}
    assert [name for name in commands if f"`sidekiq-gen {name}" not in README] == []


@pytest.mark.parametrize(("name", "pages"), PAGES.items())
def test_every_flag_is_on_the_page_of_its_command_or_among_those_that_all_have(name: str, pages: str) -> None:
    root = build_command()
    command = root.commands[name] if name else root
    flags = {flag for one in command.params for flag in (*one.opts, *one.secondary_opts) if flag.startswith("--")}
    text = "".join(page(f"docs/{one}.md") for one in ("job", *pages.split()))

    assert missing({*flags, "--not-a-flag", "--retr"}, text) == {"--not-a-flag", "--retr"}


def test_every_command_has_a_page_for_its_flags() -> None:
    assert {*PAGES} == {"", *build_command().commands}


def test_the_releases_in_the_table_are_those_of_the_live_tests() -> None:
    rows = re.findall(r"^\| (\d\.\d)(?: to (\d\.\d))? \| (.*) \| (.*) \| (.*) \|$", README, re.MULTILINE)
    run = {re.sub(r"^[a-z]+-", "", row["release"]) for row in json.loads(page("docs/live.json"))}

    def versions(low: str, high: str, gem: str) -> set[str]:
        """Of Sidekiq (gem is empty) or of a gem, with the releases of Sidekiq between these lines."""
        found = {one.partition("+")[::2] for one in run}
        return {
            with_gem.removeprefix(f"{gem}-") if gem else release
            for release, with_gem in found
            if low <= release[:3] <= (high or low) and with_gem.startswith(gem)
        }

    shown = [[set(cell.split(", ")) for cell in cells] for _, _, *cells in rows]
    assert shown == [[versions(low, high, gem) for gem in ("", "unique-jobs", "throttled")] for low, high, *_ in rows]
    assert sum(len(releases) for releases, _, _ in shown) == len({one.partition("+")[0] for one in run})
