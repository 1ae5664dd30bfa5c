"""Where a move goes: the release that ``--to`` means."""

from __future__ import annotations

from sidekiq_gen.errors import InvalidInput, Refused
from sidekiq_gen.quoting import shortened
from sidekiq_gen.regex import regex
from sidekiq_gen.sidekiq import needs
from sidekiq_gen.sidekiq.release import Release
from sidekiq_gen.values import replace

NEWEST = "newest"
_LINE = regex(r"[0-9]+(?:\.[0-9]+){0,2}")


def find_target(typed: str, locked: Release) -> Release:
    """The release that was typed, with the gems that are locked next to it.

    typed: a version, a line (``8``, ``7.3``), which is its newest known release, or ``newest``.

    Raises:
        InvalidInput: it is no version (``invalid-version``).
        Refused: the tables do not know that line (``unknown-target``), or it is older than what is locked
            (``older-target``).
    """
    text = _version(typed)
    target = Release(replace(locked.gems, sidekiq=text, source="gem"))
    if target.version < locked.version:
        raise Refused(
            f"Sidekiq {locked.text} is locked, and {text} is older.",
            hint=f"Give a later one: --to {needs.NEWEST[-1]}.",
            code="older-target",
        )
    return target


def _version(typed: str) -> str:
    if typed == NEWEST:
        return needs.NEWEST[-1]
    if not _LINE.fullmatch(typed):
        raise InvalidInput(
            f"--to {shortened(typed)!a} is no version.",
            hint=f"Give a release or a line of releases: --to {needs.NEWEST[-1]}, --to 7.3, --to {NEWEST}.",
            code="invalid-version",
        )
    known = needs.newest_of(typed)
    numbers = typed.split(".")
    if known:
        return known
    if len(numbers) == 3 and needs.newest_of(".".join(numbers[:2])):  # noqa: PLR2004 - major, minor, patch
        return typed
    raise Refused(
        f"Sidekiq {typed} is not known here.",
        hint=f"The newest that is known is {needs.NEWEST[-1]}. A later sidekiq-gen may know more.",
        code="unknown-target",
    )
