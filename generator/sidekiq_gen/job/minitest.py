"""What a test has around its slots: the stubs that each run of the job needs, and what that takes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sidekiq_gen.regex import regex
from sidekiq_gen.ruby import layout

if TYPE_CHECKING:
    from sidekiq_gen.job.request import JobRequest

_PERFORM = regex(r"(?<![.\w])perform\b")
_STUBBED = regex(r"\bstubbed (?:do|\{)")


def stubs(request: JobRequest) -> bool:
    """Whether the test of a job stubs anything: that of a plain job without safeguards or --calls does not."""
    return request.context.kind != "plain" or bool(request.patterns or request.calls)


def inside_of_stubs(trial: str) -> str:
    """A run of the job by the methods that `performing` writes."""
    return trial.removeprefix("@job.") if trial.startswith("@job.perform") else f"stubbed {{ {trial} }}"


def performing(stubs: str, examples: str) -> str:
    """The methods by which a test runs the job inside of stubs; empty where it needs none.

    stubs: calls of stub without their block, one a line, and comments that say why. examples: the tests; where one of
    them calls ``stubbed`` itself, that is a method of its own.
    """
    lines = stubs.split("\n") if stubs else []
    reasons = [line for line in lines if line.startswith("#")]
    calls = [line for line in lines if not line.startswith("#")]
    if not calls:
        return ""
    run = "@job.perform(*handed)"
    if not _STUBBED.search(examples):
        return "\n".join([*reasons, _method("perform(*handed)", _around(calls, run))])
    *outer, last = calls
    passed = f"{last.removesuffix(')')}, &block)"
    stubbed = "\n".join([*reasons, _method("stubbed(&block)", _around(outer, passed) if outer else passed)])
    if not _PERFORM.search(examples):
        return stubbed
    return f"{stubbed}\n\n{_method('perform(*handed)', f'stubbed {{ {run} }}')}"


def _around(calls: list[str], inner: str) -> str:
    """Each call around the next one, the last one around the inner text."""
    *outer, last = calls
    text = f"{last} {{ {inner} }}"
    for call in reversed(outer):
        text = f"{call} do\n{layout.indent(text, 1)}\nend"
    return text


def _method(signature: str, body: str) -> str:
    return f"def {signature}\n{layout.indent(body, 1)}\nend"
