"""The repo's own way to report an error, where it has one around the tracker."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import inflection

from sidekiq_gen.rails.code import CONSTANT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sidekiq_gen.rails.constants import Constants
    from sidekiq_gen.rails.jobs import JobFile

_CALL = re.compile(
    rf"(?<![\w:])({CONSTANT})\.([a-z]\w*[!]?)[( ]\s*(?:e|ex|err|error|exception)\b(?:\s*,\s*(?:(extra|context):|\w+:))?"
)


@dataclass(frozen=True)
class ErrorWrapper:
    """How existing jobs report an error.

    receiver, method: ``ErrorReporter``, ``report``.
    keyword: what they hand further facts over as, ``extra`` or ``context``; None when they hand over none, or others.
    """

    receiver: str
    method: str
    keyword: str | None


def find_wrapper(job_files: Sequence[JobFile], constants: Constants) -> ErrorWrapper | None:
    """What jobs call with a rescued error, most often first, if the repo itself defines it."""
    calls = Counter((call[1], call[2]) for call in _calls(job_files))
    for (receiver, method), _ in calls.most_common():
        if _is_own(receiver, constants):
            keywords = {call[3] for call in _calls(job_files) if (call[1], call[2]) == (receiver, method)}
            return ErrorWrapper(receiver, method, keywords.pop() if len(keywords) == 1 else None)
    return None


def _calls(job_files: Sequence[JobFile]) -> list[re.Match[str]]:
    return [call for job in job_files for call in _CALL.finditer("\n".join(job.lines))]


def _is_own(constant: str, constants: Constants) -> bool:
    """Whether a file of the repo defines a constant: below ``app`` by Zeitwerk's rule, or in ``lib``."""
    return constants.names(constant) or constants.repo.is_file(f"lib/{inflection.underscore(constant)}.rb")
