"""docs/patterns.md, and a page in docs/patterns for each kind and safeguard.

Their Ruby is that of cases (support.cases), which the live tests run.
"""

from __future__ import annotations

import difflib
import re
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from pages.facts import facts
from pages.markdown import joined, table
from pages.runs import NEWEST, RAILS, Runs, cases, flags_of, releases, repo_of, texts, tried, typed
from sidekiq_gen.job.answers import RETURNS
from sidekiq_gen.job.interactions import CHANGES, EXCLUDES
from sidekiq_gen.job.kinds.catalogue import KINDS
from sidekiq_gen.job.patterns.base import GROUPS
from sidekiq_gen.job.patterns.catalogue import PATTERNS
from sidekiq_gen.job.resolve import all_flags

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pages.runs import Known, Outcome
    from sidekiq_gen.notices import Notice
    from support.cases import Case

HEAD = (
    "A job has one kind, which is its shape, and any number of safeguards laid over it. Each has a page: when to "
    "use it and when not, what it costs, its flags, the Ruby that comes out for several releases of Sidekiq, and "
    "what happens when it meets another safeguard. `sidekiq-gen patterns NAME` shows the same for your repo. "
    "`make docs` writes these pages."
)
FEW = 4  # lines that differ, up to which only these are shown of a job
_JOB, _WORKER = (f"  include Sidekiq::{name}" for name in ("Job", "Worker"))
INCLUDES = ([f"-{_JOB}", f"+{_WORKER}"], [f"-{_WORKER}", f"+{_JOB}"])
# A flag in a sentence, with its value where that can be nothing else: one of its choices, a quoted text, a number, a
# constant, a word that is joined.
_FLAG = re.compile(r"(?<![\w`-])--[a-z]+(?:-[a-z]+)*")
_VALUE = re.compile(r" ('[^']*'|\d+|[A-Z]\w*|\w+_\w+|[\w-]+)(?:::\w+|=[\w:]+)*")
_CHOICES = {flag.option: (*flag.choices, "false") for flag in all_flags()}


def pages() -> dict[str, str]:
    """The pages as they should be, by their path in docs."""
    every: list[tuple[Known, str, str]] = [(kind, f"--kind {kind.name}", "Kinds of job") for kind in KINDS]
    every += [(pattern, pattern.flags[0].option, GROUPS[pattern.group]) for pattern in PATTERNS]
    with TemporaryDirectory() as folder:
        runs = Runs(Path(folder))
        each = {
            f"patterns/{known.name}.md": "\n\n".join(_page(known, option, group, runs)) + "\n"
            for known, option, group in every
        }
    return {"patterns.md": "\n\n".join(_list()) + "\n", **each}


def _list() -> Iterator[str]:
    heading = ("option", "what it does")
    yield f"# Kinds and safeguards\n\n{HEAD}\n\n## Kinds of job"
    yield table(heading, (_row(kind, f"--kind {kind.name}") for kind in KINDS))
    for group, name in GROUPS.items():
        of_group = [pattern for pattern in PATTERNS if pattern.group == group]
        yield f"## {name}"
        yield table(heading, (_row(pattern, pattern.flags[0].option) for pattern in of_group))
    yield f"## What a push returns\n\n{RETURNS}"


def _row(known: Known, option: str) -> tuple[str, str]:
    return f"[`{option}`](patterns/{known.name}.md)", _sentence(known)


def _sentence(known: Known) -> str:
    return f"{known.summary[:1].upper()}{known.summary[1:]}."


def _page(known: Known, option: str, group: str, runs: Runs) -> Iterator[str]:
    case = cases()[known.name]
    yield f"# `{option}`"
    yield _sentence(known)
    yield f"[Kinds and safeguards](../patterns.md) / {group}"
    yield f"## When to use it\n\n{prose(known.paragraph)}"
    yield f"## When not to use it\n\n{prose(known.avoid)}"
    yield f"## What it costs\n\n{prose(known.cost)}"
    if known.not_executed:
        yield prose(known.not_executed)
    yield from _flags(known)
    yield "## What it generates"
    yield (
        f"In a repo with Rails {RAILS}, PostgreSQL, RSpec and FactoryBot. The test suite runs the spec of this command "
        "line on real releases of Sidekiq 6, 7 and 8: see [what has been executed](../live.md)."
    )
    yield f"```console\n$ sidekiq-gen {case.line}\n```"
    yield from _ruby(known.name, runs)
    yield from _notices(case, runs)
    yield from _beside(known, case, runs)
    yield from _refused(known, case, runs)
    yield from _facts(known.name)


def prose(text: str) -> str:
    """Text with its flags as code, each with its value where that can be told from a word of the sentence."""
    parts, end = [], 0
    for found in _FLAG.finditer(text):
        if found.start() >= end:
            after = found.end() + _length_of_value(found[0], text[found.end() :])
            parts += [text[end : found.start()], f"`{text[found.start() : after]}`"]
            end = after
    return "".join([*parts, text[end:]])


def _length_of_value(option: str, rest: str) -> int:
    value = _VALUE.match(rest)
    word = value[1] if value else ""
    plain = re.fullmatch("[a-z-]+", word) is not None
    if value is None or (plain and word not in {*_CHOICES[option], option.removeprefix("--")}):
        return 0
    return value.end()


def _flags(known: Known) -> Iterator[str]:
    if not known.flags:
        return
    yield "## Flags"
    yield table(("flag", "what it does"), ((f"`{flag.option}`", prose(flag.help)) for flag in known.flags))
    for flag in known.flags:
        lines = known.explained(flag, None)
        if lines:
            rows = ((f"`{choice}`", prose(line)) for choice, line in lines.items())
            yield table((f"`{flag.option}`", "what it does"), rows)


def _ruby(name: str, runs: Runs) -> Iterator[str]:
    """The files for the newest release in full; of the others what differs from one that is shown already."""
    made = texts(name, runs)
    for path, text in made[NEWEST].items():
        by_text: dict[str, list[str]] = {}
        for release in releases(name):
            by_text.setdefault(made[release][path], []).append(release)
        yield f"### `{path}`"
        yield f"For Sidekiq {joined(by_text[text])}:"
        yield f"```ruby\n{text}```"
        shown = [text]
        for other in list(by_text)[1:]:
            nearest = min(shown, key=lambda one: len(_changed(_difference(one, other))))
            same = "the same" if nearest == text else f"the same as for {joined(by_text[nearest])}"
            yield from _other(path, _difference(nearest, other), other, f"For Sidekiq {joined(by_text[other])}", same)
            shown.append(other)


def _difference(text: str, other: str) -> list[str]:
    return list(difflib.unified_diff(text.splitlines(), other.splitlines(), lineterm="", n=1))[2:]


def _changed(difference: Iterable[str]) -> list[str]:
    return [line for line in difference if line[:1] in {"+", "-"}]


def _other(path: str, difference: list[str], text: str, where: str, same: str) -> Iterator[str]:
    """The text for other releases: what differs of a spec, and of a job that differs in a few lines."""
    changed = _changed(difference)
    if changed in INCLUDES:
        why = ", the name that all of 6.x has" if changed[-1].endswith(_WORKER) else ""
        yield f"{where}, {same} with `{changed[-1].removeprefix('+').strip()}`{why}."
    elif len(changed) > FEW and path.startswith("app/"):
        yield f"{where}:"
        yield f"```ruby\n{text}```"
    else:
        yield f"{where}, {same} except for these lines:"
        yield "\n".join(["```diff", *(line for line in difference if not line.startswith("@@")), "```"])


def _notices(case: Case, runs: Runs) -> Iterator[str]:
    notices = runs.run(repo_of(NEWEST), typed(case)).notices
    if notices:
        yield "## Notices of this run"
        yield table(("notice", "says"), ((f"`{one.code}`", prose(f"{one.message} {one.hint}")) for one in notices))


def _beside(known: Known, case: Case, runs: Runs) -> Iterator[str]:
    """What comes of it with each other safeguard: tried, with what is known of pairs that depends on settings."""
    repo, line = repo_of(NEWEST), typed(case)
    own = runs.run(repo, line).notices
    silent, told = [], []
    for other in PATTERNS:
        if other.name == known.name or other.flags[0].option in line.split():
            continue
        flags = flags_of(cases()[other.name])
        without_it = runs.run(repo, f"ChargeCustomer order:record {flags}").notices
        said = _said({known.name, other.name}, runs.outcome(repo, f"{line} {flags}"), {*own, *without_it})
        if said:
            told.append((f"[`{flags}`]({other.name}.md)", prose(" ".join(said))))
        else:
            silent.append(f"[`{other.flags[0].option}`]({other.name}.md)")
    yield "## With other safeguards"
    if told:
        yield table(("with", "what happens"), told)
    if silent:
        yield f"It combines freely with {joined(silent)}."


def _said(pair: set[str], both: Outcome, told_of_one: set[Notice]) -> list[str]:
    if not isinstance(both, tuple):
        return [f"Refused: {both.message} {both.hint}"]
    said = [change.text for change in CHANGES if {change.first.name, change.second.name} == pair]
    said += [f"Notice `{one.code}`: {one.message} {one.hint}" for one in both if one not in told_of_one]
    excluded = [row for row in EXCLUDES if {row.first.name, row.second.name} == pair]
    return said + [f"In some cases refused with this message: {row.why} {row.hint}" for row in excluded]


def _refused(known: Known, case: Case, runs: Runs) -> Iterator[str]:
    """Where it is refused, tried in repos and for jobs of many sorts."""
    found, statuses = [], set()
    for where, repo, line in tried(known, case, pattern=known in PATTERNS):
        outcome = runs.outcome(repo, line)
        if not isinstance(outcome, tuple):
            found.append((where, f"`{outcome.code}`", prose(f"{outcome.message} {outcome.hint}")))
            statuses.add(str(outcome.exit_status))
    if found:
        yield "## Where it is refused"
        status = joined(sorted(statuses), "or")
        yield f"The command above, tried elsewhere. Nothing is written, and the exit code is {status}."
        yield table(("where", "code", "message"), found)


def _facts(name: str) -> Iterator[str]:
    yield "## Facts and their sources"
    found = list(facts(name))
    if found:
        yield (
            "What the exact versions in the lockfile decide; `sidekiq-gen info --json` says of each whether it holds "
            "in your repo."
        )
        yield table(("fact", "versions", "what holds there", "source"), found)
    else:
        yield "It depends on nothing that differs between the supported releases."
