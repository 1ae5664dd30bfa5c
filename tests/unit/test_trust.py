"""What docs/trust.md says that no command does, seen by Python's own audit hooks."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from support.command import sidekiq_gen
from support.repos import Repo

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# https://docs.python.org/3/library/audit_events.html
STARTS = {"subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.spawn", "os.startfile", "pty.spawn"}
FORKS = {"os.fork", "os.forkpty"}
CONNECTS = {"socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.bind", "socket.sendto"}
REPO = Repo(unique_jobs="8.0.10", gems={"rubocop": "1.91.0"}, files={"bin/rubocop": "#!/bin/sh\ntouch ran\n"})


@contextmanager
def audited() -> Iterator[list[str]]:
    """The events of a process that is started and of a connection that is opened meanwhile."""
    seen: list[str] = []
    watching = True

    def note(event: str, arguments: tuple[object, ...]) -> None:
        if watching and event in STARTS | FORKS | CONNECTS:
            seen.append(f"{event} {arguments}")

    sys.addaudithook(note)
    try:
        yield seen
    finally:
        watching = False


@pytest.mark.parametrize(
    "line",
    [
        "job ProcessOrder --no-input",
        "job ProcessOrder --pretend --json",
        "job ChargeCustomer order:record --calls PaymentGateway.charge --kind record --advisory-lock --no-input",
        "install --no-input",
        "info",
        "patterns",
        "job Nothing --model Gone --nope",
    ],
)
def test_no_command_starts_a_process_or_opens_a_connection(tmp_path: Path, line: str) -> None:
    root = REPO.write(tmp_path)
    (root / "bin/rubocop").chmod(0o755)

    with audited() as seen:
        done = sidekiq_gen(root, *line.split())

    assert done.status == (2 if "--nope" in line else 0), done.err
    assert seen == []
    assert not (root / "ran").exists()


def test_only_where_it_is_asked_for(tmp_path: Path) -> None:
    root = REPO.write(tmp_path)
    (root / "bin/rubocop").chmod(0o755)

    with audited() as seen:
        sidekiq_gen(root, "job", "ProcessOrder", "--lint", "--no-input")

    assert [event.partition(" ")[0] for event in seen if event.startswith("subprocess")] == ["subprocess.Popen"]
    assert (root / "ran").exists()


def test_what_is_started_or_opened_is_seen() -> None:
    with audited() as seen:
        subprocess.run(["true"], check=True)
        with socket.socket() as one, pytest.raises(OSError, match=r"."):
            one.connect(("127.0.0.1", 1))
        os.waitpid(os.posix_spawn("/bin/true", ["true"], {}), 0)

    kinds = {event.partition(" ")[0] for event in seen}
    assert {"subprocess.Popen", "socket.connect", "os.posix_spawn"} <= kinds
