"""How sidekiq-unique-jobs is wired into Sidekiq, and what of that is there already.

Nothing of it happens by itself. Source: sidekiq-unique-jobs v7.0.1 README.md, lib/sidekiq_unique_jobs/server.rb:19.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from sidekiq_gen.install.settings import code
from sidekiq_gen.regex import regex
from sidekiq_gen.values import dataclass

if TYPE_CHECKING:
    import re
    from collections.abc import Iterator, Sequence

    from sidekiq_gen.install.settings import Place
    from sidekiq_gen.sidekiq.capabilities import Capabilities

PartName = Literal["client", "server_client", "server", "upkeep"]


@dataclass(frozen=True)
class Part:
    """One statement of the wiring.

    name: that of its template, too. shown: for people. place: the block that it stands in.
    """

    name: PartName
    shown: str
    place: Place


PARTS = (
    Part("client", "SidekiqUniqueJobs::Middleware::Client in configure_client", "client"),
    Part("server_client", "SidekiqUniqueJobs::Middleware::Client in configure_server", "server"),
    Part("server", "SidekiqUniqueJobs::Middleware::Server", "server"),
    Part("upkeep", "SidekiqUniqueJobs::Server.configure", "server"),
)

_BLOCK = regex(r"\bSidekiq\.configure_(client|server)\b")
_CLIENT = regex(r"\bSidekiqUniqueJobs::Middleware::Client\b")
_SIGNS: dict[PartName, re.Pattern[str]] = {
    "server": regex(r"\bSidekiqUniqueJobs::Middleware::Server\b"),
    "upkeep": regex(r"\bSidekiqUniqueJobs::Server\.configure\b"),
}
_CONFIGURED = regex(r"\bSidekiqUniqueJobs\.(?:configure|config)\b")


@dataclass(frozen=True)
class Wiring:
    """What is to be wired, and where.

    home: the file that has most of it, else the one that is to be created. missing: what no file has.
    configured: whether how the gem is to behave is settled: a file says it, or has wired a part already.
    """

    home: str
    missing: tuple[Part, ...]
    configured: bool


def find_wiring(files: Sequence[tuple[str, str]], home: str, can: Capabilities) -> Wiring:
    """The wiring that is there.

    files: path and text of those that are about Sidekiq. home: the file to create where there is nothing.
    """
    found = {path: frozenset(_parts(code(text))) for path, text in files}
    everywhere = frozenset().union(*found.values())
    most = max(found, key=lambda path: (len(found[path]), path == home), default=home)
    wanted = [part for part in PARTS if part.name != "upkeep" or can.unique_server_configure]
    return Wiring(
        most if everywhere else home,
        tuple(part for part in wanted if part.name not in everywhere),
        bool(everywhere) or any(_CONFIGURED.search(code(text)) for _, text in files),
    )


def _parts(text: str) -> Iterator[PartName]:
    """The parts in the code of one file; a client's middleware outside of both blocks counts for both."""
    for name, sign in _SIGNS.items():
        if sign.search(text):
            yield name
    around: list[tuple[int, str]] = []
    for line in text.split("\n"):
        margin = len(line) - len(line.lstrip())
        while around and around[-1][0] >= margin:
            around.pop()
        around += [(margin, found[1]) for found in _BLOCK.finditer(line)]
        if _CLIENT.search(line):
            side = around[-1][1] if around else ""
            if side != "server":
                yield "client"
            if side != "client":
                yield "server_client"
