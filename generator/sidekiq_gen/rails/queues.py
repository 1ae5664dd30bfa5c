"""The queues that exist already."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sidekiq_gen.rails import yaml

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sidekiq_gen.rails.files import Repo
    from sidekiq_gen.rails.jobs import JobFile

CONFIGURATION = "config/sidekiq.yml"
MAXIMUM_DEPTH = 5

_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.:/-]*")


def find_queues(repo: Repo, job_files: Sequence[JobFile]) -> tuple[str, ...]:
    """The queues of ``config/sidekiq.yml``, then those that jobs name, each once, and ``default`` in any case."""
    text = repo.read(CONFIGURATION)
    configured = queues_of(yaml.load(text)) if text else []
    used = (job.queue.name for job in job_files if job.queue)
    names = dict.fromkeys(name for name in (*configured, *used, "default") if _NAME.fullmatch(name))
    return tuple(names)


def queues_of(document: object) -> list[str]:
    """The names of the queues in a ``sidekiq.yml``, as often as they are there."""
    return [*_queues(document, MAXIMUM_DEPTH)]


def _queues(value: object, depth: int) -> Iterator[str]:
    """The names below every ``queues`` key: at the top, in an environment's section, in a capsule."""
    if not isinstance(value, dict) or not depth:
        return
    for key, inner in value.items():
        if yaml.key(key) == "queues":
            yield from map(_name, inner if isinstance(inner, (list, dict)) else ())
        else:
            yield from _queues(inner, depth - 1)


def _name(entry: object) -> str:
    """The queue of one entry: ``default``, ``default,2``, ``[default, 2]`` or ``{default: 2}``."""
    if isinstance(entry, (list, dict)):
        entry = next(iter(entry), "")
    return "" if entry is None else yaml.key(entry).partition(",")[0].strip()
