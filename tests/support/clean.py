"""Texts in which RuboCop has found nothing, kept between runs beside the roots of the live tests.

Most texts of a run are those of the run before, and what RuboCop says of a text depends on nothing but the text, its
path, the settings and the version.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
from typing import TYPE_CHECKING

from support.cache import cache_folder
from support.tools import require

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

FOLDER = cache_folder() / "clean"
Text = tuple[str, str]
"""A path and what it holds."""


class Clean:
    """What is known to be clean under one name; `judged_by` is all that a judgement depends on beside the text."""

    def __init__(self, name: str, *judged_by: str) -> None:
        self._place = FOLDER / f"{name}.json"
        self._judged_by = judged_by
        self._known = set(json.loads(self._place.read_text("utf-8"))) if self._place.exists() else set()

    def without(self, texts: Sequence[Text]) -> list[Text]:
        """The texts that are not known to be clean."""
        return [text for text in texts if self._digest(text) not in self._known]

    def keep(self, texts: Iterable[Text]) -> None:
        """These are clean. All others are forgotten."""
        self._place.parent.mkdir(parents=True, exist_ok=True)
        unfinished = self._place.with_suffix(".new")
        unfinished.write_text(json.dumps(sorted(map(self._digest, texts))), "utf-8")
        unfinished.replace(self._place)

    def _digest(self, text: Text) -> str:
        return hashlib.sha256(repr((*self._judged_by, *text)).encode()).hexdigest()


def rubocop_version() -> str:
    """What RuboCop says that it is, with the parser and the Ruby that it runs on."""
    command = [require("rubocop", "apt-get install rubocop"), "-V"]
    return subprocess.run(command, capture_output=True, encoding="utf-8", timeout=60, check=True).stdout
