"""What a planter does with the text of a real job: each gives the new text, or None where there is no place for it.

A planter is a function of the text of a file with one job; most are one of these with the lines to put in::

    PLANTERS = {"active-job-macro": lambda text: in_class(text, "discard_on ArgumentError")}
"""

from __future__ import annotations

import re
from functools import cache

from sidekiq_gen.check import nodes
from sidekiq_gen.check.jobs import Job, classes_of
from sidekiq_gen.check.source import Source

OPTIONS = "sidekiq_options"


@cache
def job_of(text: str) -> Job:
    """The class of a file that has `perform`; of several the first.

    Raises:
        LookupError: no class has one.
    """
    for job in classes_of(Source("app/jobs/planted_job.rb", text.encode())):
        if job.perform is not None and job.node.type == "class":
            return job
    raise LookupError("no class with a perform")


def class_name(text: str) -> str:
    """Its full name."""
    return job_of(text).name


def number_of_arguments(text: str) -> int:
    """How many arguments its `perform` needs."""
    taken = job_of(text).facts.perform
    return taken.least if taken else 0


def first_argument(text: str) -> str:
    """The name of the first positional parameter of `perform`; empty where it has none."""
    taken = job_of(text).facts.perform
    return next(iter(taken.names), "") if taken else ""


def in_class(text: str, lines: str) -> str | None:
    """Put lines into the class, before `perform`, its comments and what else stands on its line."""
    method = job_of(text).perform
    assert method is not None
    above = text.encode()[: method.start_byte].decode()
    kept = above.rstrip(" \t")
    if kept and not kept.endswith("\n"):  # `private def perform`
        return None
    before = kept.splitlines(keepends=True)
    while before and before[-1].lstrip().startswith("#"):
        before.pop()
    margin = re.match(r"[ \t]*", text.splitlines()[nodes.line(method) - 1])
    at = len("".join(before).encode())
    return _insert(text, at, lines, margin[0] if margin else "  ", after="\n")


def in_perform(text: str, lines: str) -> str | None:
    """Put lines at the beginning of `perform`."""
    method = job_of(text).perform
    body = nodes.field(method, "body")
    statements = nodes.statements(body)
    if method is None or not statements or nodes.line(statements[0]) == nodes.line(method):
        return None
    at = statements[0].start_byte - statements[0].start_point[1]
    if any(text.encode()[at : statements[0].start_byte].strip()):
        return None
    return _insert(text, at, lines, " " * statements[0].start_point[1])


def at_end_of_perform(text: str, lines: str) -> str | None:
    """Put lines at the end of `perform`, before its rescue where it has one."""
    method = job_of(text).perform
    statements = [
        one for one in nodes.statements(nodes.field(method, "body")) if one.type not in {"rescue", "ensure", "else"}
    ]
    if method is None or not statements or nodes.line(statements[-1]) == nodes.line(method):
        return None
    data = text.encode()
    at = data.find(b"\n", statements[-1].end_byte) + 1
    return _insert(text, at, lines, " " * statements[-1].start_point[1]) if at else None


def around_perform(text: str, opening: str, closing: str = "end") -> str | None:
    """Put all that `perform` does between two lines, as a block."""
    method = job_of(text).perform
    statements = nodes.statements(nodes.field(method, "body"))
    if (
        method is None
        or not statements
        or nodes.line(statements[0]) == nodes.line(method)
        or any(one.type in {"rescue", "ensure", "else"} for one in statements)
    ):
        return None
    ended = at_end_of_perform(text, closing)
    return in_perform(ended, opening) if ended else None


def instead_of_perform(text: str, lines: str) -> str | None:
    """Put lines in place of all that `perform` does."""
    statements = nodes.statements(nodes.field(job_of(text).perform, "body"))
    begun = in_perform(text, lines)
    if begun is None:
        return None
    first, last = statements[0], statements[-1]
    added = len(begun.encode()) - len(text.encode())
    data = begun.encode()
    return (data[: first.start_byte + added] + data[last.end_byte + added :]).decode()


def with_option(text: str, key: str, value: str) -> str | None:
    """Have ``sidekiq_options`` say this, whatever they say of the key now; they are written where there are none."""
    job = job_of(text)
    said = job.options.get(key)
    if said is not None:
        return text_with(text, said.start_byte, said.end_byte, value)
    calls = job.macros(OPTIONS)
    if not calls:
        return in_class(text, f"{OPTIONS} {key}: {value}")
    arguments = nodes.arguments(calls[0])
    if not arguments or arguments[-1].type != "pair":
        return None
    return text_with(text, arguments[-1].end_byte, arguments[-1].end_byte, f", {key}: {value}")


def text_with(text: str, start: int, end: int, new: str) -> str:
    """The text with other bytes from start to end, not included."""
    data = text.encode()
    return (data[:start] + new.encode() + data[end:]).decode()


def _insert(text: str, at: int, lines: str, margin: str, after: str = "") -> str:
    put = "".join(f"{margin}{line}\n" if line else "\n" for line in lines.splitlines())
    return text_with(text, at, at, put + after)
