"""The processes of Sidekiq that the repo starts, as far as it says how."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sidekiq_gen.reading import PROCESSES
from sidekiq_gen.regex import regex
from sidekiq_gen.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sidekiq_gen.rails.files import Repo

# Files that start processes, and folders of them.
_FILES = regex(r"(?:Procfile|docker-compose|compose|Dockerfile|fly|render|app)(?:[.-][\w.-]+)?")
_FOLDERS = ("bin", "script", "scripts", "docker", "config/systemd", ".kamal")
_DEPLOY = regex(r"deploy(?:\.[\w-]+)?\.yml", needs="deploy")

_COMMAND = regex(
    r"(?:^|[\s/\"'&;:])(?:bundle exec |bundle\", \"exec\", \")?(sidekiq|sidekiqswarm)(?=[\s\"'&;]|$)(?!:)([^\n&;]*)"
)
_QUEUE = regex(r"(?:^|[\s\"',])(?:-q[\s\"',=]*|--queue[\s\"',=]+)([\w$<{.:/-]+)")
_CONFIGURATION = regex(r"(?:^|[\s\"',])(?:-C[\s\"',=]*|--config[\s\"',=]+)([^\s\"',]+)")
# A queue, or arguments of any kind, that a variable holds; the value of another option is none: ``-c $THREADS``.
_COMPUTED = regex(
    r"(?:-q|--queue)[\s\"',=]*[\"']?[$<#]|(?:^|(?<!-\w)(?<!-\w=)\s)[\"']?\$[{\w@*]", needs=("$", "<", "#")
)
_STARTS = regex(
    r"bundle\W+exec\W+sidekiq|(?:^|[\"'/])sidekiq(?:swarm)?\s+-|^\s*\S+:\s+(?:[^\s=]+=\S+\s+)*(?:\S*/)?sidekiq\b"
)


@dataclass(frozen=True)
class Process:
    """How one process is started.

    path: the file that says so. queues: those given with ``-q``. configuration: the file given with ``-C``.
    threads: whether its file speaks of RAILS_MAX_THREADS. computed: whether more is given to it, or other queues, by
    variables that are set elsewhere.
    """

    path: str
    queues: tuple[str, ...] = ()
    configuration: str | None = None
    threads: bool = False
    computed: bool = False


def find_processes(repo: Repo) -> tuple[Process, ...]:
    """The processes that files of the repo start, in the order of these."""
    return tuple(process for path in _paths(repo) for process in _processes(repo, path))


def _paths(repo: Repo) -> Iterator[str]:
    yield from (name for name in repo.names("") if _FILES.fullmatch(name))
    yield from (f"config/{name}" for name in repo.names("config") if _DEPLOY.fullmatch(name))
    for folder in _FOLDERS:
        yield from repo.files(folder, "")


def _processes(repo: Repo, path: str) -> Iterator[Process]:
    data = repo.data(path, PROCESSES, note=False)  # what is larger is a program
    if data is None or b"sidekiq" not in data:
        return
    text = data.decode("utf-8", "replace").replace("\\\n", " ")
    for line in text.split("\n"):
        command = None if line.lstrip().startswith("#") or not _STARTS.search(line) else _COMMAND.search(line)
        if command:
            queues = tuple(name.partition(",")[0] for name in _QUEUE.findall(command[2]))
            configuration = _CONFIGURATION.search(command[2])
            threads, computed = "RAILS_MAX_THREADS" in text, bool(_COMPUTED.search(command[2]))
            yield Process(path, queues, configuration[1] if configuration else None, threads, computed)
