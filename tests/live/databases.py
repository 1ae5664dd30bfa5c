"""PostgreSQL, and MariaDB for what is rendered for MySQL; a database for every app."""

from __future__ import annotations

import os
import shutil
import signal
from pathlib import Path
from typing import TYPE_CHECKING

from live.services import HOST, START, NotStartedError, Service, serve

if TYPE_CHECKING:
    import subprocess

    from live.processes import Processes


class PostgreSQL(Service):
    """Runs as the user postgres, without fsync."""

    @classmethod
    def start(cls, processes: Processes) -> PostgreSQL:
        """Make an empty cluster and serve it."""
        tools = max(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
        data = processes.folder("postgresql")
        shutil.chown(data, "postgres")
        run_as = as_user("postgres")
        initdb = [*run_as, tools / "initdb", "-D", data / "db", "-U", "live", "-A", "trust", "-E", "UTF8"]
        _check(processes.run([*initdb, "--no-sync", "--locale=C.UTF-8"], timeout=START))
        settings = {
            "listen_addresses": HOST,
            "unix_socket_directories": str(data),
            "fsync": "off",
            "synchronous_commit": "off",
            "full_page_writes": "off",
            "autovacuum": "off",
            "max_connections": "200",
            "shared_buffers": "32MB",
        }
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        command = [*run_as, tools / "postgres", "-D", data / "db", *options]
        # SIGQUIT ends it at once: nobody needs the data.
        port, child = serve(processes, data, lambda port: [*command, "-p", str(port)], signal.SIGQUIT)
        return cls(processes, port, child)

    def create_database(self) -> str:
        """A new empty database; returns its URL."""
        name = f"live_{next(self._numbers)}"
        self.query(f"CREATE DATABASE {name}", "postgres")
        return f"postgresql://live@{HOST}:{self.port}/{name}"

    def query(self, sql: str, database: str) -> list[list[str]]:
        """The rows of a query as text, in a database given by name or URL; raises RuntimeError."""
        where = ["-h", HOST, "-p", str(self.port), "-U", "live", "-d", database.rpartition("/")[2]]
        return self._query(["psql", "-XqAt", "-F", "\t", "-v", "ON_ERROR_STOP=1", *where, "-c", sql])


class MariaDB(Service):
    """For what is rendered for MySQL. Runs as nobody, without grants."""

    @classmethod
    def start(cls, processes: Processes) -> MariaDB:
        """Make an empty data folder and serve it."""
        data = processes.folder("mariadb")
        shutil.chown(data, "nobody")
        common = ["--no-defaults", f"--datadir={data / 'db'}", "--skip-log-bin", f"--tmpdir={data}"]
        install = ["mariadb-install-db", *common, "--skip-test-db", "--auth-root-authentication-method=normal"]
        _check(processes.run([*as_user("nobody"), *install], timeout=START))
        fast = ["--innodb-flush-log-at-trx-commit=0", "--innodb-doublewrite=0", "--innodb-buffer-pool-size=32M"]
        fast += ["--max-connections=200", "--character-set-server=utf8mb4", "--skip-name-resolve"]
        command = [
            *as_user("nobody"),
            "mariadbd",
            *common,
            *fast,
            f"--bind-address={HOST}",
            f"--socket={data / 'sock'}",
        ]
        port, child = serve(processes, data, lambda port: [*command, f"--port={port}"])
        return cls(processes, port, child)

    def create_database(self) -> str:
        """A new empty database; returns its URL."""
        name = f"live_{next(self._numbers)}"
        self.query(f"CREATE DATABASE {name}", "mysql")
        return f"mysql2://root@{HOST}:{self.port}/{name}"

    def query(self, sql: str, database: str) -> list[list[str]]:
        """The rows of a query as text, in a database given by name or URL; raises RuntimeError."""
        where = ["-h", HOST, "-P", str(self.port), "-u", "root", database.rpartition("/")[2]]
        return self._query(["mariadb", "--no-defaults", "--batch", "--skip-column-names", *where, "-e", sql])


def as_user(name: str) -> list[str | Path]:
    """The command that drops root; databases refuse to run as root."""
    if os.geteuid() != 0:
        return []
    return ["setpriv", f"--reuid={name}", f"--regid={'nogroup' if name == 'nobody' else name}", "--clear-groups"]


def _check(done: subprocess.CompletedProcess[str]) -> None:
    if done.returncode:
        raise NotStartedError(f"{done.args}: {done.stdout}{done.stderr}")
