"""The queues that exist already."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from sidekiq_gen.rails import yaml
from sidekiq_gen.rails.literals import read_value
from sidekiq_gen.regex import regex
from sidekiq_gen.sourced import Sourced
from sidekiq_gen.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sidekiq_gen.rails.files import Repo
    from sidekiq_gen.rails.house.jobs import JobFile
    from sidekiq_gen.rails.processes import Process

CONFIGURATION = "config/sidekiq.yml"
CONFIGURATIONS = (CONFIGURATION, "config/sidekiq.yml.erb")
MAXIMUM_DEPTH = 5

_NAME = regex(r"[A-Za-z0-9_][A-Za-z0-9_.:/-]*")
# A queue whose name is computed: others may be served than those that can be read.
_COMPUTED = regex(
    r"^[ \t]*-[^\n#]*<%|<%-?[ \t]*(?:\w|@)|^[ \t]*:?queues:[^\n#]*<%", re.MULTILINE, needs=("<%", "queues:")
)
_IN_RUBY = regex(r"^[^#\n]*\.queues\s*=\s*(?!=)", re.MULTILINE, needs=".queues")


@dataclass(frozen=True)
class Served:
    """The queues that processes work on, as far as the repo says.

    names: none where it says nothing. complete: whether there are no others.
    """

    names: tuple[str, ...] = ()
    complete: bool = True

    def lacks(self, queue: str) -> bool:
        """Whether nobody works on a queue for all that is known."""
        return bool(self.names) and self.complete and queue not in self.names


def find_served(repo: Repo, processes: Sequence[Process]) -> Served:
    """The queues of Sidekiq's configuration, of the files given with ``-C``, those given with ``-q``, and in Ruby.

    Source: sidekiq v7.3.0 lib/sidekiq/cli.rb:266-286: ``-q`` replaces the list of the file, the file is
    config/sidekiq.yml or sidekiq.yml.erb where none is given, and without any list it is ``default``.
    """
    own = next((path for path in CONFIGURATIONS if repo.is_file(path)), None)
    files = dict.fromkeys(
        path for process in processes if not process.queues and (path := process.configuration or own)
    )
    names = [name for process in processes for name in process.queues]
    complete = not any(process.computed for process in processes)
    for path in dict.fromkeys(path.removeprefix("./") for path in (*([own] if own else ()), *files)):
        document = yaml.of_file(repo, path)
        complete &= isinstance(document, dict) and not _COMPUTED.search(repo.read(path) or "")
        if isinstance(document, dict):
            names += queues_of(document) or ["default"]
    if not own and any(not process.queues and not process.configuration for process in processes):
        names.append("default")
    for path in repo.files("config"):
        text = repo.read(path) or ""
        for found in _IN_RUBY.finditer(text) if "sidekiq" in text.lower() else ():
            listed = read_value(text, found.end())
            complete &= listed.kind == "list" and not listed.calls
            names += [node.text.partition(",")[0] for _, node in listed.items if node.kind == "word"]
    return Served(tuple(dict.fromkeys(name for name in names if _NAME.fullmatch(name))), complete)


def find_queues(served: Served, job_files: Sequence[JobFile]) -> tuple[str, ...]:
    """The queues that are served, then those that jobs name, each once; and ``default`` unless nobody serves it."""
    used = (job.queue.name for job in job_files if job.queue)
    always = () if served.lacks("default") else ("default",)
    names = dict.fromkeys(name for name in (*served.names, *used, *always) if _NAME.fullmatch(name))
    return tuple(names)


@dataclass(frozen=True)
class UsualQueue:
    """The queue of a new job. written: whether the job says so itself; else it is what silence comes to."""

    name: Sourced[str]
    written: bool = True


def usual_queue(
    served: Served, job_files: Sequence[JobFile], habit: Sourced[str | None], silent: Sourced[str]
) -> UsualQueue:
    """What most jobs do where that is served or nothing is known; else what silence comes to, or the most used queue.

    habit: the queue that most jobs name; empty for silence, None without such a habit.
    silent: what a job is put on that names none.
    """
    if habit.value and not served.lacks(habit.value):
        return UsualQueue(Sourced(habit.value, habit.origin, habit.reason))
    if not served.lacks(silent.value):
        if habit.value == "":
            return UsualQueue(Sourced(silent.value, habit.origin, habit.reason), written=False)
        return UsualQueue(silent)
    used = Counter(job.queue.name for job in job_files if not job.base and job.queue and job.queue.name in served.names)
    if not used:
        return UsualQueue(Sourced(served.names[0], "repo", f"nobody serves {silent.value}"))
    name, count = used.most_common(1)[0]
    return UsualQueue(Sourced(name, "repo", f"{count} of {len(job_files)} existing jobs; nobody serves {silent.value}"))


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
    return yaml.key(yaml.text(entry) or "").partition(",")[0].strip()
