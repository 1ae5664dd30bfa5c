"""A fixture for pytest: ``pytest_plugins = ["sidekiq_gen.testing.plugin"]`` in the conftest.py of a pack.

pytest itself is not among the dependencies of this package.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sidekiq_gen.testing import check_pack

if TYPE_CHECKING:
    from collections.abc import Callable
    from os import PathLike

    from sidekiq_gen.testing import Report

UPDATE = "--sidekiq-gen-update"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option that writes snapshots."""
    parser.addoption(UPDATE, action="store_true", help="write the snapshots of template packs for sidekiq-gen")


@pytest.fixture
def sidekiq_gen_pack(request: pytest.FixtureRequest) -> Callable[[str | PathLike[str]], Report]:
    """Checks a pack and fails with what is wrong; given its folder, relative to where pytest runs.

    ``pytest --sidekiq-gen-update`` writes its snapshots.
    """

    def checked(folder: str | PathLike[str]) -> Report:
        report = check_pack(folder, update=bool(request.config.getoption(UPDATE)))
        if report.findings:
            pytest.fail(str(report), pytrace=False)
        return report

    return checked
