"""What each release of Sidekiq needs around it: Ruby, the Redis server, other gems."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sidekiq_gen.sidekiq.ranges import holds
from sidekiq_gen.sidekiq.versions import Version
from sidekiq_gen.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator

# The newest release of every line that the tables know. Source: the tags of sidekiq/sidekiq up to v8.1.7.
NEWEST = (
    "6.0.7",
    "6.1.3",
    "6.2.2",
    "6.3.1",
    "6.4.2",
    "6.5.12",
    "7.0.9",
    "7.1.6",
    "7.2.4",
    "7.3.10",
    "8.0.10",
    "8.1.7",
)


@dataclass(frozen=True)
class Need:
    """One thing that some releases need.

    sidekiq: the releases, as a range. name: ``ruby``, ``redis-server`` or a gem.
    requirement: what is needed, as RubyGems writes it: ``>= 3.2.0``.
    source: where Sidekiq says so.
    """

    sidekiq: str
    name: str
    requirement: str
    source: str


GEMSPEC = "sidekiq.gemspec"

NEEDS = (
    Need(">=6.0.0,<7.0.0", "ruby", ">= 2.5.0", f"v6.5.12 {GEMSPEC}"),
    Need(">=7.0.0,<8.0.0", "ruby", ">= 2.7.0", f"v7.3.10 {GEMSPEC}"),
    Need(">=8.0.0", "ruby", ">= 3.2.0", f"v8.1.7 {GEMSPEC}"),
    Need(">=6.0.0,<7.0.0", "redis-server", ">= 4.0", "v6.5.12 lib/sidekiq/cli.rb:88"),
    Need(">=7.0.0,<8.0.0", "redis-server", ">= 6.2", "v7.3.10 lib/sidekiq/cli.rb:77"),
    Need(">=8.0.0,<8.0.1", "redis-server", ">= 7.2", "v8.0.0 lib/sidekiq/cli.rb:79"),
    Need(">=8.0.1", "redis-server", ">= 7.0", "v8.1.7 lib/sidekiq/cli.rb:78"),
    Need(">=6.5.6,<7.0.0", "redis", ">= 4.5.0, < 5", f"v6.5.12 {GEMSPEC}"),
    Need(">=7.0.0,<7.0.2", "redis-client", ">= 0.9.0", f"v7.0.0 {GEMSPEC}"),
    Need(">=7.0.2,<7.1.0", "redis-client", ">= 0.11.0", f"v7.0.2 {GEMSPEC}"),
    Need(">=7.1.0,<7.2.1", "redis-client", ">= 0.14.0", f"v7.1.0 {GEMSPEC}"),
    Need(">=7.2.1,<7.3.0", "redis-client", ">= 0.19.0", f"v7.2.1 {GEMSPEC}"),
    Need(">=7.3.0,<7.3.10", "redis-client", ">= 0.22.2", f"v7.3.0 {GEMSPEC}"),
    Need(">=7.3.10,<8.0.0", "redis-client", ">= 0.23.0, < 1", f"v7.3.10 {GEMSPEC}"),
    Need(">=8.0.0,<8.1.0", "redis-client", ">= 0.23.2", f"v8.0.0 {GEMSPEC}"),
    Need(">=8.1.0,<8.1.5", "redis-client", ">= 0.26.0", f"v8.1.0 {GEMSPEC}"),
    Need(">=8.1.5", "redis-client", ">= 0.29.0", f"v8.1.5 {GEMSPEC}"),
    Need(">=6.5.6,<6.5.8", "connection_pool", ">= 2.2.5", f"v6.5.6 {GEMSPEC}"),
    Need(">=6.5.8,<7.0.0", "connection_pool", ">= 2.2.5, < 3", f"v6.5.8 {GEMSPEC}"),
    Need(">=7.0.0,<7.3.10", "connection_pool", ">= 2.3.0", f"v7.0.0 {GEMSPEC}"),
    Need(">=7.3.10,<8.0.0", "connection_pool", ">= 2.3.0, < 3", f"v7.3.10 {GEMSPEC}"),
    Need(">=8.0.0,<8.1.0", "connection_pool", ">= 2.5.0", f"v8.0.0 {GEMSPEC}"),
    Need(">=8.1.0", "connection_pool", ">= 3.0.0", f"v8.1.0 {GEMSPEC}"),
    Need(">=6.0.5,<7.0.0", "rack", "~> 2.0", f"v6.5.12 {GEMSPEC}"),
    Need(">=7.0.0,<7.3.10", "rack", ">= 2.2.4", f"v7.0.0 {GEMSPEC}"),
    Need(">=7.3.10,<8.0.0", "rack", ">= 2.2.4, < 3.3", f"v7.3.10 {GEMSPEC}"),
    Need(">=8.0.0,<8.1.0", "rack", ">= 3.1.0", f"v8.0.0 {GEMSPEC}"),
    Need(">=8.1.0", "rack", ">= 3.2.0", f"v8.1.0 {GEMSPEC}"),
    Need(">=7.0.0,<7.3.3", "concurrent-ruby", "< 2", f"v7.0.0 {GEMSPEC}"),
    Need(">=8.0.0,<8.1.0", "json", ">= 2.9.0", f"v8.0.0 {GEMSPEC}"),
    Need(">=8.1.0", "json", ">= 2.16.0", f"v8.1.0 {GEMSPEC}"),
    Need(">=8.0.0,<8.1.0", "logger", ">= 1.6.2", f"v8.0.0 {GEMSPEC}"),
    Need(">=8.1.0", "logger", ">= 1.7.0", f"v8.1.0 {GEMSPEC}"),
)
"""Every need. Source: sidekiq.gemspec at each tag from v6.0.0 to v8.1.7; for the server the check at boot."""

NOT_GEMS = frozenset({"ruby", "redis-server"})


def needs_of(sidekiq: Version) -> Iterator[Need]:
    """Yield what a release needs."""
    return (need for need in NEEDS if holds(need.sidekiq, sidekiq))


def need_of(sidekiq: Version, name: str) -> Need | None:
    """What a release needs of one thing; None where it asks for nothing."""
    return next((need for need in needs_of(sidekiq) if need.name == name), None)


def newest_of(line: str) -> str | None:
    """The newest known release of a line: ``8``, ``7.3`` or ``8.1.7`` itself; None for a line that is not known."""
    return next((text for text in reversed(NEWEST) if text == line or text.startswith(f"{line}.")), None)


def newest() -> Version:
    """The newest release that the tables know."""
    return Version(NEWEST[-1])
