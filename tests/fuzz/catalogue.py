"""All targets."""

from __future__ import annotations

from fuzz.commands import COMMANDS
from fuzz.files import FILES
from fuzz.texts import TEXTS

TARGETS = {target.name: target for target in (*TEXTS, *FILES, *COMMANDS)}
