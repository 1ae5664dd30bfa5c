"""Lengths of time as people type them: ``90``, ``30m``, ``2h``, ``1d``; inside they are whole seconds."""

from __future__ import annotations

import re

from sidekiq_gen.errors import InvalidInput
from sidekiq_gen.regex import regex

UNITS = {"": 1, "s": 1, "m": 60, "h": 3_600, "d": 86_400}
HINT = "90, 30m, 2h or 1d"

_TYPED = regex(r"([0-9]{1,12})([smhd]?)")


def parse_duration(typed: str, option: str, longest: int) -> int:
    """Read a length of time; returns seconds, from 1 to the longest.

    typed: seconds, or a number with ``s``, ``m``, ``h`` or ``d`` behind it.
    option: the flag that it is for, with what stands before it there: ``--throttle 10/``.

    Raises:
        InvalidInput: it is none, or none that can be had: ``invalid-duration``.
    """
    found = _TYPED.fullmatch(typed.strip())
    seconds = int(found[1]) * UNITS[found[2]] if found else 0
    if not 0 < seconds <= longest:
        told = option if option.endswith(("/", "=")) else f"{option} "
        shown = typed if re.fullmatch(r"-?[0-9A-Za-z.]{1,20}", typed) else ascii(typed[:40])
        raise InvalidInput(
            f"{told}{shown} is not a length of time.",
            hint=f"Give seconds, or a number of minutes, hours or days, {written(longest)} at most: "
            f"{HINT}, as in {told}30m.",
            code="invalid-duration",
        )
    return seconds


def written(seconds: int) -> str:
    """A length of time as it would be typed, in the largest unit that fits: ``1d``, ``90``."""
    unit = next((unit for unit in ("d", "h", "m") if seconds % UNITS[unit] == 0), "")
    return f"{seconds // UNITS[unit]}{unit}"
