"""The little of Redis' protocol that looking into it takes: a command goes out, its answer comes back."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence
    from io import BufferedRWPair

Answer = str | int | list[Any] | None  # a list holds answers


class RedisError(RuntimeError):
    """Redis said no; the message is what it said."""


def call(host: str, port: int, database: int, *words: str | float, timeout: float = 10.0) -> Answer:
    """Send one command to one database of a Redis; raises RedisError, or OSError when nobody answers."""
    with socket.create_connection((host, port), timeout=timeout) as connection:
        stream = connection.makefile("rwb")
        _send(stream, ["SELECT", database])
        _receive(stream)
        _send(stream, words)
        return _receive(stream)


def _send(stream: BufferedRWPair, words: Sequence[str | float]) -> None:
    parts = [str(word).encode() for word in words]
    stream.write(b"*%d\r\n" % len(parts) + b"".join(b"$%d\r\n%s\r\n" % (len(part), part) for part in parts))
    stream.flush()


def _receive(stream: BufferedRWPair) -> Answer:
    line = stream.readline().decode().removesuffix("\r\n")
    kind, rest = line[:1], line[1:]
    if kind == "+":
        return rest
    if kind == ":":
        return int(rest)
    if kind == "$":
        return None if rest == "-1" else stream.read(int(rest) + 2)[:-2].decode(errors="replace")
    if kind == "*":
        return [_receive(stream) for _ in range(int(rest))]
    raise RedisError(rest or "the connection was closed")
