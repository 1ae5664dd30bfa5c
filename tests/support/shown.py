"""Which cases have a snapshot: those that show a text that no other one shows. `make snapshots` writes the rest down.

    python -m support.shown

Tree 7 is shown in full; of the other trees and of the gates, what differs. elsewhere.json says of each case without a
snapshot where each of its files is shown. Pairs and triples are compiled, linted and run, not read.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from support.cases import Case, all_cases

if TYPE_CHECKING:
    from collections.abc import Mapping

SNAPSHOTS = Path(__file__).parents[1] / "snapshots"
ELSEWHERE = SNAPSHOTS / "elsewhere.json"
NOT_READ = ("pair-", "triple-")
FIRST = ("7-rspec", "7-minitest", "6.5-rspec", "8-rspec", "6.5-minitest", "8-minitest", "long-7", "gate")


def sections(files: Mapping[str, str]) -> list[str]:
    """The files of a case as a snapshot has them."""
    return [f"--- {path}\n{text}" for path, text in files.items()]


def sections_of(snapshot: str) -> list[str]:
    """The files that a snapshot shows, which has an empty line between them."""
    _, *files = re.split(r"^(?=--- )", snapshot, flags=re.MULTILINE)
    return [*(file.removesuffix("\n") for file in files[:-1]), *files[-1:]]


def elsewhere() -> dict[str, list[str]]:
    """The cases without a snapshot, each with the snapshots that show its files, in their order."""
    found: dict[str, list[str]] = json.loads(ELSEWHERE.read_text(encoding="utf-8"))
    return found


def read() -> list[Case]:
    """The cases whose text is to be seen somewhere, in the order in which they are given a snapshot."""
    cases = [case for case in all_cases() if not case.name.startswith(NOT_READ)]
    return sorted(cases, key=_rank)


def choose(texts: Mapping[str, list[str]]) -> dict[str, list[str]]:
    """What elsewhere.json is to say: of each case all of whose texts another one shows, where.

    texts: by case, in the order in which they are given a snapshot.
    """
    shown: dict[str, str] = {}
    found: dict[str, list[str]] = {}
    for name, own in texts.items():
        if all(text in shown for text in own):
            found[name] = [shown[text] for text in own]
        else:
            shown = {**dict.fromkeys(own, name), **shown}
    return found


def _rank(case: Case) -> int:
    return next((number for number, start in enumerate(FIRST) if case.name.startswith(start)), len(FIRST))


def _text(found: Mapping[str, list[str]]) -> str:
    lines = ",\n".join(f"  {json.dumps(name)}: {json.dumps(found[name])}" for name in sorted(found))
    return f"{{\n{lines}\n}}\n"


if __name__ == "__main__":
    with TemporaryDirectory() as folder:
        rendered = {case.name: sections(case.render(Path(folder) / case.name)) for case in read()}
    ELSEWHERE.write_text(_text(choose(rendered)), encoding="utf-8")
