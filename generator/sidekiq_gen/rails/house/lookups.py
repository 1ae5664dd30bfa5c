"""How existing jobs look up the record whose id they are handed, what that means where there is none; how they log."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Literal, TypeAlias

from sidekiq_gen.regex import regex

if TYPE_CHECKING:
    from sidekiq_gen.style import Logger

# What happens where the record is missing: find raises, and the job is retried; find_by gives nil, and the job ends.
MissingHabit: TypeAlias = Literal["retry", "log"]

_PERFORM = regex(r"^[ \t]*def perform\b[ \t]*\(?([^)\n]*)", re.MULTILINE)
_PARAMETER = regex(r"[ \t]*(\w+)")
_RESCUES = regex(r"\brescue\b[^\n]*\bActiveRecord::RecordNotFound\b")
_LOGS = regex(r"(?<![\w.:@])(Rails\.|Sidekiq\.)?logger\.(?:debug|info|warn|error|fatal)\b")
_LOGGERS: dict[str, Logger] = {"": "logger", "Rails.": "Rails.logger", "Sidekiq.": "Sidekiq.logger"}


def missing_habit(code: str) -> MissingHabit | None:
    """What a job does where its record is missing; None where it looks none up by an id that it is handed.

    code: its lines of code.
    """
    perform = _PERFORM.search(code)
    names = [found[1] for part in (perform[1].split(",") if perform else ()) if (found := _PARAMETER.match(part))]
    ids = "|".join(name for name in names if name == "id" or name.endswith("_id"))
    if not ids:
        return None
    raises = rf"\.find[ (]+(?:{ids})\b|\.find_by![ (]+(?:id:|:id[ \t]*=>)[ \t]*(?:{ids})\b"
    if re.search(raises, code):
        return "log" if "RecordNotFound" in code else "retry"
    looks = rf"\.(?:find_by|where)[ (]+(?:id:|:id[ \t]*=>)[ \t]*(?:{ids})\b|\.find_by_id[ (]+(?:{ids})\b"
    return "log" if re.search(looks, code) else None


def rescues(code: str) -> bool:
    """Whether a job rescues what find raises."""
    return _RESCUES.search(code) is not None


def logger_of(code: str) -> Logger | None:
    """What a job logs with most often; None where it logs nothing."""
    if "logger." not in code:
        return None
    found = Counter(one[1] or "" for one in _LOGS.finditer(code)).most_common(1)
    return _LOGGERS[found[0][0]] if found else None
