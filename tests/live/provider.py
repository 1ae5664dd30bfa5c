"""A payment provider on loopback: a real HTTP server that acts once for each idempotency key."""

from __future__ import annotations

import contextlib
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from types import TracebackType


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    owner: Provider


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        key = self.rfile.read(int(self.headers["Content-Length"])).decode()
        cast("_Server", self.server).owner.charge(key)
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class Provider(contextlib.AbstractContextManager["Provider"]):
    """`calls` and `charges` by idempotency key: how often it was asked, and how often it acted."""

    def __init__(self) -> None:
        self.calls: dict[str, int] = {}
        self.charges: dict[str, int] = {}
        self._heard = threading.Condition()
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.owner = self
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self._server.server_address[1]}/"

    def charge(self, key: str) -> None:
        """Act, unless the key is known."""
        with self._heard:
            self.calls[key] = self.calls.get(key, 0) + 1
            self.charges.setdefault(key, 1)
            self._heard.notify_all()

    def wait_for_call(self, key: str, timeout: float = 30.0) -> None:
        """Wait until it has been asked with that key; raises TimeoutError."""
        with self._heard:
            if not self._heard.wait_for(lambda: key in self.calls, timeout):
                raise TimeoutError(key)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
