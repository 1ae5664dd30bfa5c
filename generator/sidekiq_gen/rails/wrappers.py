"""The repo's own way to report an error, where it has one around the tracker."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from sidekiq_gen.rails.code import CONSTANT, definitions
from sidekiq_gen.rails.literals import Node, read_arguments
from sidekiq_gen.regex import regex
from sidekiq_gen.reserved import CORE_CONSTANTS, TAKEN_METHODS
from sidekiq_gen.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sidekiq_gen.rails.constants import Constants
    from sidekiq_gen.rails.house.jobs import JobFile
    from sidekiq_gen.rails.lockfile import Lockfile

# A statement of its own: what is done with the result of any other call is not to report.
_CALL = regex(rf"\n[ \t]*((?:::)?{CONSTANT})\.([a-z]\w*!?)(?=[( ])")
# With the word first, as Python looks for that alone; what must not be before it is looked at then.
_RESCUED = regex(r"rescue(?<!\wrescue)\b[^\n]*=>\s*([a-z_]\w*)", needs="rescue")
# What an argument begins with that is no variable; and one that may be.
_FIRST = regex(r"[( ]\s*(\w+|[\"':@\[{])")
_USUAL = frozenset({"e", "ex", "err", "error", "exception"})
# What enqueues, raises or builds something, whatever it is given.
_NO_REPORT = regex(r"perform\w*|set|enqueue\w*|push\w*|raise\w*|new|create\w*|build\w*|deliver\w*|schedule\w*|retry\w*")
_DETAILS = ("extra", "context")


@dataclass(frozen=True)
class ErrorWrapper:
    """How existing jobs report an error.

    receiver, method: ``ErrorReporter``, ``report``.
    keyword: what they hand further facts over as, ``extra`` or ``context``; None when they hand over none, or others.
    """

    receiver: str
    method: str
    keyword: str | None


# Those that gems bring. Source: govuk_app_config v1.0.0 and v9.9.2 lib/govuk_app_config/govuk_error.rb (self.notify).
_OF_GEMS = {"govuk_app_config": ErrorWrapper("GovukError", "notify", "extra")}


@dataclass(frozen=True)
class _Call:
    receiver: str
    method: str
    keyword: str | None


def find_wrapper(
    job_files: Sequence[JobFile], constants: Constants, lockfile: Lockfile | None = None
) -> ErrorWrapper | None:
    """What jobs call with a rescued error, most often first, if the repo defines it; else what a locked gem brings."""
    jobs = {one.name for job in job_files for one in job.definitions}
    calls = [
        call
        for job in job_files
        for call in _calls(job.code)
        if call.receiver not in jobs and not is_rubys_own(call.receiver, call.method)
    ]
    for (receiver, method), _ in Counter((call.receiver, call.method) for call in calls).most_common():
        code = _definition(receiver, constants)
        if code is not None and _takes_an_error_alone(code, method):
            keywords = Counter(
                call.keyword for call in calls if (call.receiver, call.method) == (receiver, method) and call.keyword
            )
            return ErrorWrapper(receiver, method, next(iter(dict(keywords.most_common(1))), None))
    return next((wrapper for gem, wrapper in _OF_GEMS.items() if lockfile and lockfile.get(gem)), None)


def is_rubys_own(receiver: str, method: str) -> bool:
    """Whether a call means what Ruby, Rails or Sidekiq say, whoever defines such a constant: ``Kernel.exec``."""
    return receiver.partition("::")[0] in CORE_CONSTANTS or method in TAKEN_METHODS


def named_wrapper(text: str, shown: ErrorWrapper | None) -> ErrorWrapper | None:
    """That of the text, such as ``ErrorService.notify``; None where it is empty.

    shown: what jobs call; where it is the same, further facts are handed over as they do.
    """
    receiver, _, method = text.rpartition(".")
    known = (one for one in (shown, *_OF_GEMS.values()) if one and (one.receiver, one.method) == (receiver, method))
    return next(known, ErrorWrapper(receiver, method, None)) if method else None


def _calls(code: str) -> Iterator[_Call]:
    """The calls that are given a rescued error, and nothing made of it, as their first argument."""
    code = f"\n{code}"  # so that each line has one before it, which is found sooner than a beginning
    errors = _USUAL | set(_RESCUED.findall(code))
    for call in _CALL.finditer(code):
        first = _FIRST.match(code, call.end())
        if _NO_REPORT.fullmatch(call[2]) or (first and first[1] not in errors):
            continue
        arguments = read_arguments(code, call.end())
        if arguments and not arguments[0][0] and any(arguments[0][1] == Node("other", error) for error in errors):
            told = (key for key, node in arguments[1:] if key in _DETAILS and node.kind in {"hash", "other"})
            yield _Call(call[1].removeprefix("::"), call[2], next(told, None))


def _definition(constant: str, constants: Constants) -> str | None:
    """The code that defines a constant, by Zeitwerk's rule or elsewhere; None where the repo does not."""
    by_name = constants.code_of(constant)
    if by_name or constants.names(constant):
        return by_name
    defining = (
        lines
        for lines in constants.mentioning(constant, constants.elsewhere)
        if any(one.name == constant for one in definitions(lines))
    )
    return next(("\n".join(lines) for lines in defining), None)


def _takes_an_error_alone(code: str, method: str) -> bool:
    """Whether a method can be called with one argument, as far as its definition is there to see."""
    found = re.search(rf"^[ \t]*def (?:self\.)?{re.escape(method)}(?!\w)[ (]*([^)\n]*)", code, re.MULTILINE)
    further = [part.strip() for part in found[1].split(",")][1:] if found else []
    return all(re.match(r"[*&]|\w+\s*=|\w+:\s*\S", part) for part in further)
