"""Whether the tests of a repo can stub methods."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sidekiq_gen.notices import Notice
from sidekiq_gen.sidekiq.versions import Version

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sidekiq_gen.rails.app import RailsApp
    from sidekiq_gen.style import SpecStyle, TestFramework

# Its History.rdoc at 6.0.0: minitest/mock is a gem of its own.
_WITHOUT_STUBS = Version("6.0.0")

NO_STUBS = Notice(
    "no-minitest-mock",
    "The test stubs methods, which Minitest 6 leaves to minitest-mock, and the lockfile does not have that gem.",
    "Run bundle add minitest-mock --group test before the test.",
)


def stub_notices(app: RailsApp, test: TestFramework, style: SpecStyle) -> Iterator[Notice]:
    """What a test that stubs methods lacks here.

    test: what it is written for; none where there is no such test. style: how it is written.
    """
    minitest = app.gem("minitest") if test == "minitest" and style.doubles == "minitest" else None
    if minitest and minitest.version >= _WITHOUT_STUBS and not app.gem("minitest-mock"):
        yield NO_STUBS
