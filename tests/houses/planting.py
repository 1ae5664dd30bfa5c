"""What the rules of `check` find in public repos, and whether they find what is planted there.

::

    PYTHONPATH=tests .venv/bin/python -m houses.planting hits --at DIR [--rule CODE --sample 20 --seed 1] [--write]
    PYTHONPATH=tests .venv/bin/python -m houses.planting plant --at DIR [--rule CODE] [--show 3] [--write]
    PYTHONPATH=tests .venv/bin/python -m houses.planting judged CODE READ TRUE

``hits`` counts; with a sample it shows what is to be read. ``plant`` puts each rule's defect into 50 real jobs, in
memory. ``judged`` keeps how many hits were read and how many of them are right. docs/check-measured.tsv is where all of
it is kept: numbers alone. A planter stands in a module ``plants_SUBJECT.py`` in this folder, under its rule's code in
``PLANTERS``: a function from a job's text to the text with the defect, None where the job does not lend itself, or a
`Planter` where it takes more than that.
"""

from __future__ import annotations

import argparse
import importlib
import pkgutil
import random
import sys
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import houses
from houses.checked import Checked
from houses.checked import houses as houses_in
from houses.tally import Row, read_rows, write_rows
from sidekiq_gen.check.rules.catalogue import BY_CODE, RULES

if TYPE_CHECKING:
    from houses.files import RubyFile
    from sidekiq_gen.check.index import Form
    from sidekiq_gen.check.rule import Finding, Rule

JOBS = 50
AROUND = 6
Rewrite: TypeAlias = Callable[[str], "str | None"]


@dataclass(frozen=True)
class Planter:
    """How a defect is planted where it takes more than the text of a job.

    rewrite: as a plain planter. gems: versions that are locked besides, or instead, by name; ``sidekiq`` among them.
    more: further files, by path, from the text of the planted job: who pushes it, a schedule, an initializer.
    forms: the jobs that it is for, where they are not those of the rule.
    suits: whether it can be planted in a house at all.
    """

    rewrite: Rewrite = lambda text: text
    gems: Mapping[str, str] = field(default_factory=dict)
    more: Callable[[str], Mapping[str, str]] = lambda _: {}
    forms: tuple[Form, ...] = ()
    suits: Callable[[Checked], bool] = lambda _: True


def planters() -> dict[str, Planter]:
    """Every planter by the code of its rule."""
    found: dict[str, Planter] = {}
    for module in pkgutil.iter_modules(houses.__path__):
        if module.name.startswith("plants_"):
            said: Mapping[str, Rewrite | Planter] = importlib.import_module(f"houses.{module.name}").PLANTERS
            found |= {code: one if isinstance(one, Planter) else Planter(one) for code, one in said.items()}
    return found


@dataclass
class Planted:
    """What came of one rule: how often it was planted, how often found, and where it was not."""

    planted: int = 0
    found: int = 0
    missed: list[tuple[str, Mapping[str, str]]] = field(default_factory=list)


def plant(rule: Rule, planter: Planter, repos: Sequence[Checked], wanted: int = JOBS, seed: int = 1) -> Planted:
    """Plant a rule's defect into so many jobs of these repos, the same ones each time."""
    forms = planter.forms or getattr(rule, "forms", ("sidekiq",))
    contexts = {house.name: house.context_with(planter.gems) for house in repos}
    fitting = [house for house in repos if rule.holds(contexts[house.name]) and planter.suits(house)]
    jobs = [(house, job) for house in fitting for job in house.jobs(forms)]
    random.Random(seed).shuffle(jobs)  # noqa: S311 - the same order each time is what is wanted
    result = Planted()
    for house, job in jobs:
        if result.planted == wanted:
            break
        texts = _texts(planter, job)
        if texts is None:
            continue
        result.planted += 1
        before = house.with_texts(rule, contexts[house.name], {job.path: job.text})
        after = house.with_texts(rule, contexts[house.name], texts)
        if len(after) > len(before):
            result.found += 1
        else:
            result.missed.append((f"{house.name}/{job.path}", texts))
    return result


def _texts(planter: Planter, job: RubyFile) -> dict[str, str] | None:
    try:
        text = planter.rewrite(job.text)
        more = planter.more(text) if text is not None else {}
    except LookupError:
        return None
    if text is None:
        return None
    return {job.path: text, **more} if more or text != job.text else None


def context_lines(house: Checked, finding: Finding) -> str:
    """What stands around a finding."""
    data = house.project.app.repo.data(finding.path) or b""
    lines = data.decode("utf-8", "replace").splitlines()
    first = max(0, finding.line - 1 - AROUND)
    shown = enumerate(lines[first : finding.line + AROUND], first + 1)
    return "\n".join(f"{'>' if number == finding.line else ' '}{number:5} {line[:160]}" for number, line in shown)


def _hits(repos: Sequence[Checked], rules: Sequence[Rule], sample: int, seed: int, rows: dict[str, Row]) -> None:
    found = [(house, one) for house in repos for one in house.findings]
    counts = Counter(one.code for _, one in found)
    where = {rule.code: {house.name for house, one in found if one.code == rule.code} for rule in RULES}
    for rule in rules:
        row = rows.setdefault(rule.code, Row(rule.code))
        row.repos, row.hits = len(where[rule.code]), counts[rule.code]
        print(f"{rule.code:40} {row.hits:6} in {row.repos} repos{'' if rule.on else '  (off)'}")
        hits = [(house, one) for house, one in found if one.code == rule.code]
        chosen = random.Random(seed).sample(hits, min(sample, len(hits)))  # noqa: S311
        for house, one in chosen:
            print(f"\n== {house.root}/{one.path}:{one.line}: {one.message}\n{context_lines(house, one)}")


def _plant(repos: Sequence[Checked], rules: Sequence[Rule], show: int, rows: dict[str, Row]) -> None:
    ready = planters()
    for rule in rules:
        if rule.code not in ready:
            print(f"{rule.code:40}  no planter")
            continue
        result = plant(rule, ready[rule.code], repos)
        row = rows.setdefault(rule.code, Row(rule.code))
        row.planted, row.found = result.planted, result.found
        print(f"{rule.code:40} {result.planted:4} planted, {result.found} found", flush=True)
        for name, texts in result.missed[:show]:
            print(f"\n== {name}: not found in")
            print("\n".join(f"--- {path}\n{text}" for path, text in texts.items()))


def main(arguments: Sequence[str]) -> int:
    """Run one of the three."""
    parser = argparse.ArgumentParser(prog="houses.planting", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    for name in ("hits", "plant"):
        command = commands.add_parser(name)
        command.add_argument("--at", type=Path, action="append", required=True, metavar="DIR", help="holds repos")
        command.add_argument("--house", action="append", default=[], metavar="NAME", help="only this one")
        command.add_argument("--rule", action="append", default=[], metavar="CODE", choices=BY_CODE, help="only this")
        command.add_argument("--write", action="store_true", help="keep the numbers in docs/check-measured.tsv")
        command.add_argument("--sample", type=int, default=0, metavar="N", help="hits: show so many to be read")
        command.add_argument("--seed", type=int, default=1, metavar="N", help="hits: others, or the same ones")
        command.add_argument("--show", type=int, default=0, metavar="N", help="plant: show so many that were missed")
    command = commands.add_parser("judged")
    command.add_argument("code", choices=BY_CODE)
    command.add_argument("read", type=int)
    command.add_argument("true", type=int)
    options = parser.parse_args(arguments)
    rows = read_rows()
    if options.command == "judged":
        row = rows.setdefault(options.code, Row(options.code))
        row.read, row.true = options.read, options.true
        write_rows(rows)
        return 0
    rules = [rule for rule in RULES if not options.rule or rule.code in options.rule]
    repos = list(houses_in(options.at, options.house))
    if options.command == "hits":
        _hits(repos, rules, options.sample, options.seed, rows)
    else:
        _plant(repos, rules, options.show, rows)
    if options.write:
        write_rows(rows)
    return 0


if __name__ == "__main__":
    # By its name, for the planters take their class from there.
    sys.exit(importlib.import_module("houses.planting").main(sys.argv[1:]))
