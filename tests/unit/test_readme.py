"""What the README shows is what comes out."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from sidekiq_gen.cli.commands import build_app
from sidekiq_gen.install.request import FLAGS
from sidekiq_gen.job.patterns.catalogue import PATTERNS
from support.command import sidekiq_gen
from support.repos import Repo

README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
STOREFRONT = Path(__file__).parents[2] / "examples/storefront"
BLOCKS = re.findall(r"```ruby\n(.*?)```", README, re.DOTALL)
COMMAND = "job ChargeCustomer order:record --discard-on PaymentGateway::CardDeclined"


@pytest.mark.parametrize(("version", "block"), [("6.4.1", 1), ("8.1.7", 2)])
def test_the_two_releases_side_by_side_are_real(tmp_path: Path, version: str, block: int) -> None:
    assert f"`sidekiq-gen {COMMAND}`" in README

    done = sidekiq_gen(Repo(sidekiq=version).write(tmp_path), *COMMAND.split(), "--no-input")

    assert done.status == 0
    assert BLOCKS[block] in (tmp_path / "app/jobs/charge_customer_job.rb").read_text(encoding="utf-8")
    assert len(BLOCKS) == 3


def test_the_first_example_and_its_spec_are_real(tmp_path: Path) -> None:
    shown = re.search(r"\$ sidekiq-gen (job .*?)\n  +create", README, re.DOTALL)
    assert shown
    root = tmp_path / "storefront"
    shutil.copytree(STOREFRONT, root)

    done = sidekiq_gen(root, *shown[1].replace("\\\n", " ").split(), "--no-input")

    assert done.status == 0
    assert BLOCKS[0] in (root / "spec/jobs/charge_customer_job_spec.rb").read_text(encoding="utf-8")


def test_every_safeguard_and_every_command_is_named() -> None:
    commands = {str(command.name) for command in build_app().registered_commands}

    assert commands >= {"destroy", "info", "install", "job", "patterns"}
    assert [name for name in commands if f"`sidekiq-gen {name}" not in README] == []
    assert [flag.option for pattern in PATTERNS for flag in pattern.flags if flag.option not in README] == []
    assert [flag.option for flag in FLAGS if flag.option not in README] == []
