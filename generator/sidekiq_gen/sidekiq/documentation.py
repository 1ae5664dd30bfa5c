"""Where the documentation of exactly this release stands: its source tree, at the tag of the version."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sidekiq_gen.sidekiq.release import Release

_SIDEKIQ = "https://github.com/sidekiq/sidekiq"
_UNIQUE_JOBS = "https://github.com/mhenrixon/sidekiq-unique-jobs"
_THROTTLED = "https://github.com/ixti/sidekiq-throttled"
_GUIDES = {6: "6.0-Upgrade.md", 7: "docs/7.0-Upgrade.md", 8: "docs/8.0-Upgrade.md"}


def documentation(release: Release) -> dict[str, str]:
    """Title -> address, of what a job for this release should be read against.

    Nothing where the Sidekiq comes from git or a folder: its tag says nothing about it. The wiki has no versions.
    Sources: the files stand at the tags v6.0.7, v6.5.12, v7.0.0, v7.3.2, v8.0.0 and v8.1.7 of Sidekiq; both other gems
    tag each release with its version as well.
    """
    gems = release.gems
    found: dict[str, str] = {}
    if gems.source == "gem":
        tree = f"{_SIDEKIQ}/blob/v{gems.sidekiq.partition('-')[0]}"
        found |= {"changes": f"{tree}/Changes.md", "upgrade guide": f"{tree}/{_GUIDES[release.version.major]}"}
    found["best practices"] = f"{_SIDEKIQ}/wiki/Best-Practices"
    found["error handling"] = f"{_SIDEKIQ}/wiki/Error-Handling"
    if gems.unique_jobs:
        found["sidekiq-unique-jobs"] = f"{_UNIQUE_JOBS}/tree/v{gems.unique_jobs.partition('-')[0]}"
    if gems.throttled:
        found["sidekiq-throttled"] = f"{_THROTTLED}/tree/v{gems.throttled.partition('-')[0]}"
    return found
