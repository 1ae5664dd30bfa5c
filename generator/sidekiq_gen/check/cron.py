"""The lines of cron that the gems' parser takes."""

from __future__ import annotations

import re
from functools import cache

from sidekiq_gen.regex import regex

# One value of each field. Source: fugit v1.9.0 lib/fugit/cron.rb (mos, hou, dom, mon, dow)
_SIXTY = r"[0-5]?\d"
_VALUES = {
    "second": _SIXTY,
    "minute": _SIXTY,
    "hour": r"(?:2[0-4]|[01]?\d)",
    "day of the month": r"(?:-?(?:3[01]|[12]\d|0?[1-9])|last|l)",
    "month": r"(?:1[0-2]|0?[1-9]|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)",
    "day of the week": r"(?:[0-7]|sun|mon|tue|wed|thu|fri|sat)",
}
_FIELDS = tuple(_VALUES)
# What no name of a day or month begins: a line in words, which is left to the parser of these.
_BEGINNING = regex(r"[\d*/,-]")
_ZONE = regex(r"[A-Z][A-Za-z0-9+-]+(?:/[A-Z][A-Za-z0-9+_-]+){0,2}|[-+]\d\d:?\d\d")
_SHORT, _LONG = 5, 6


def fault(line: str) -> str:
    """What is wrong with a line of cron; empty where nothing is, or where it is written in words."""
    fields = line.split()
    if not fields or not _BEGINNING.match(fields[0]):
        return ""
    if len(fields) > _SHORT and _ZONE.fullmatch(fields[-1]) and not _pattern("day of the week").fullmatch(fields[-1]):
        fields.pop()
    if len(fields) not in {_SHORT, _LONG}:
        return f"it has {len(fields)} fields and not five or six"
    for name, said in zip(_FIELDS[_LONG - len(fields) :], fields, strict=True):
        if not _pattern(name).fullmatch(said.strip("&")):
            return f"{said} is no {name}"
    return ""


def every_minute_of_an_hour(line: str) -> bool:
    """Whether it means each minute of the hours that it names: ``* 3 * * *``."""
    fields = line.split()
    return len(fields) >= _SHORT and fields[0] == "*" and fields[1] not in {"*", "*/1"} and not fault(line)


@cache
def _pattern(name: str) -> re.Pattern[str]:
    value = _VALUES[name]
    one = rf"(?:/\d\d?|(?:\*|{value}?~{value}?|{value}(?:-{value})?)(?:/\d\d?)?)"
    if name == "day of the week":
        one = rf"(?:{value}(?:#(?:-?[1-5]|last|l)|%\d+(?:\+\d+)?)|{one})"
    return re.compile(rf"{one}(?:,{one})*", re.IGNORECASE)
