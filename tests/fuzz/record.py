"""What has been run: executions, time and coverage of each target, in a file and in a table."""

from __future__ import annotations

import datetime as dt
import json
import re
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from fuzz.catalogue import TARGETS

FILE = Path(__file__).with_name("record.json")
PAGE = Path(__file__).parents[2] / "docs/fuzzing.md"
HEAD = "| target | input | executions | hours | edges |\n| --- | --- | ---: | ---: | ---: |\n"


@dataclass(frozen=True)
class Count:
    """What runs of one target came to.

    seconds: of the clock. edges: of the package's bytecode, as many as have been reached together.
    """

    executions: int
    seconds: int
    edges: int

    def __str__(self) -> str:
        return f"{self.executions:>10,} executions in {self.seconds} s, {self.edges} edges"


@dataclass(frozen=True)
class Record:
    """All of it, by the names of targets. day: of the last run, as ISO 8601 has it."""

    day: str
    targets: dict[str, Count]

    @classmethod
    def read(cls, path: Path) -> Record:
        """What a file holds; nothing where there is none."""
        if not path.exists():
            return cls("", {})
        document = json.loads(path.read_text("utf-8"))
        return cls(document["day"], {name: Count(**count) for name, count in document["targets"].items()})

    def with_count(self, target: str, count: Count) -> Record:
        """The same with a further run, of today."""
        before = self.targets.get(target, Count(0, 0, 0))
        total = Count(
            before.executions + count.executions, before.seconds + count.seconds, max(before.edges, count.edges)
        )
        day = dt.datetime.now(dt.timezone.utc).date().isoformat()
        return replace(self, day=day, targets={**self.targets, target: total})

    def write(self, path: Path) -> Record:
        """Write it into a file; returns it."""
        targets = {name: asdict(self.targets[name]) for name in TARGETS if name in self.targets}
        path.write_text(json.dumps({"day": self.day, "targets": targets}, indent=1) + "\n", "utf-8")
        return self

    @property
    def table(self) -> str:
        """A table of Markdown."""
        rows = [
            f"| {name} | {TARGETS[name].takes} | {one.executions:,} | {one.seconds / 3600:.2f} | {one.edges:,} |\n"
            for name, one in self.targets.items()
        ]
        executions = sum(count.executions for count in self.targets.values())
        hours = sum(count.seconds for count in self.targets.values()) / 3600
        return f"{HEAD}{''.join(rows)}| all | | {executions:,} | {hours:.2f} | |\n"


def counted(log: str) -> Count | None:
    """What libFuzzer says at the end of a run; None where it did not come to it."""
    done = re.search(r"^Done (\d+) runs in (\d+) second", log, re.MULTILINE)
    edges = re.findall(r"\bcov: (\d+)", log)
    return Count(int(done[1]), int(done[2]), int(edges[-1])) if done and edges else None


def write_page(record: Record) -> None:
    """Put the table into the page."""
    page = PAGE.read_text("utf-8")
    table = re.compile(rf"{re.escape(HEAD)}(?:\|.*\n)*")
    text = table.sub(lambda _: record.table, page)
    PAGE.write_text(re.sub(r"until \d{4}-\d\d-\d\d", f"until {record.day}", text), "utf-8")
