"""docs/check.md, and a page in docs/rules for each rule of `check` and of `check --against`."""

from __future__ import annotations

import csv
import re
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from pages.markdown import joined, linked, table
from sidekiq_gen.check.rule import Rule
from sidekiq_gen.check.rules.catalogue import RULES
from sidekiq_gen.deploys.against import compare
from sidekiq_gen.deploys.rule import ChangeRule, Deploy
from sidekiq_gen.deploys.rules.catalogue import RULES as OF_CHANGES
from sidekiq_gen.job.patterns.catalogue import PATTERNS
from sidekiq_gen.rails.project import Where, detect_project
from support.deploys import changed
from support.rules import findings

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sidekiq_gen.check.rule import Example, Finding

DOCS = Path(__file__).parents[2] / "docs"
HEADINGS = {"error": "Errors", "warning": "Warnings", "note": "Notes"}
LAST = "unused-ignore"
_PARTS = {">=": "{} and later", "<": "before {}"}


def pages() -> dict[str, str]:
    """The pages as they should be, by their path in docs."""
    measured = _measured()
    advice = _advice()
    with TemporaryDirectory() as folder:
        found = {rule.code: reported(rule, Path(folder) / rule.code) for rule in (*RULES, *OF_CHANGES)}
    frame = (DOCS / "check.in.md").read_text(encoding="utf-8")
    guide = frame.replace("<!-- rules -->", _tables(found)).replace("<!-- measured -->", _totals(measured))
    texts = {"check.md": guide}
    for rule in (*RULES, *OF_CHANGES):
        parts = _page(rule, found[rule.code], measured.get(rule.code, {}), advice)
        texts[f"rules/{rule.code}.md"] = "\n\n".join(parts) + "\n"
    return texts


def reported(rule: Rule, root: Path) -> list[Finding]:
    """What the rule reports for its bad example."""
    if isinstance(rule, ChangeRule):
        changed(rule.bad, rule.bad.before, root)
        return compare(detect_project(Where(root=root), root), "HEAD", [rule])
    ignored = [other for other in RULES if rule.code == LAST and other.on]
    return [one for one in findings(rule.bad, root, [*ignored, rule]) if one.code == rule.code]


def _tables(found: dict[str, list[Finding]]) -> str:
    parts = []
    for severity, heading in HEADINGS.items():
        rows = sorted((rule for rule in RULES if rule.severity == severity), key=lambda rule: rule.code)
        cells = [(_named(rule), rule.title, versions(rule), ", ".join(_marks(rule, found[rule.code]))) for rule in rows]
        parts += [f"### {heading}", table(("rule", "what it finds", "Sidekiq", ""), cells)]
    return "\n\n".join(parts)


def _named(rule: Rule) -> str:
    return f"[`{rule.code}`](rules/{rule.code}.md)"


def _marks(rule: Rule, found: Iterable[Finding]) -> Iterator[str]:
    if not rule.on:
        yield "off"
    if any(one.edits for one in found):
        yield "`--fix`"


def versions(rule: Rule) -> str:
    """For which releases of Sidekiq a rule is, in words."""
    parts = [re.match(r"(>=|<)(.+)", part) for part in rule.releases.split(",")] if rule.releases else []
    return ", ".join(_PARTS[part[1]].format(part[2]) for part in parts if part) or "all"


def _page(rule: Rule, found: list[Finding], measured: dict[str, str], advice: dict[str, list[str]]) -> Iterator[str]:
    against = isinstance(rule, ChangeRule)
    yield f"# `{rule.code}`"
    yield f"{rule.title}."
    guide = "[Safe between deploys](../deploys.md)" if against else "[Checking the jobs that exist](../check.md)"
    yield f"{guide} / {HEADINGS[rule.severity]}"
    yield table(("severity", "Sidekiq", "on by default", "`--fix`"), [_properties(rule, found)])
    if type(rule).holds is not Rule.holds:
        yield "Whether it applies also depends on other gems or settings of the repo."
    yield f"## Why it matters\n\n{rule.why}\n\nSource: {linked(rule.source)}."
    yield f"## Bad\n\n{_shown(rule.bad)}"
    command = "check --against HEAD" if against else f"check{'' if rule.on else f' --also {rule.code}'}"
    printed = (f"{one.path}:{one.line}:{one.column}: {rule.severity}: {one.message} [{one.code}]" for one in found)
    yield "\n".join(["```console", f"$ sidekiq-gen {command}", *printed, "```"])
    yield f"## Good\n\n{_shown(rule.good)}"
    yield f"## What to do\n\n{rule.way_out}"
    yield (
        "If a finding is wrong, or the code is meant to be like this, [ignore it](../check.md#ignoring-a-finding) with "
        f'a comment, or turn the rule off with `--except {rule.code}` or with `except = ["{rule.code}"]` under '
        "`[check]` in [`.sidekiq-gen.toml`](../settings.md)."
        if rule.on
        else f'Turn the rule on with `--also {rule.code}`, or with `also = ["{rule.code}"]` under `[check]` in '
        "[`.sidekiq-gen.toml`](../settings.md)."
    )
    if measured:
        yield f"## How often it is right\n\n{_numbers(measured)}"
    seen = [*_patterns(rule), *advice.get(rule.code, [])]
    if seen:
        yield "\n".join(["## See also", "", *(f"- {link}" for link in seen)])


def _properties(rule: Rule, found: list[Finding]) -> tuple[str, ...]:
    fixes = "yes, where the rewrite is certain" if any(one.edits for one in found) else "no"
    return rule.severity, versions(rule), "yes" if rule.on else f"no: `--also {rule.code}`", fixes


def _shown(example: Example) -> str:
    """The versions that are locked and the files of an example; those of a deploy with what runs before it."""
    locked = {
        "Sidekiq": example.sidekiq,
        "Rails": example.rails,
        "sidekiq-unique-jobs": example.unique_jobs,
        "sidekiq-throttled": example.throttled,
        **example.gems,
    }
    before = example.before if isinstance(example, Deploy) else {}
    shown = [(path, f"`{path}` before the deploy", text) for path, text in before.items()]
    shown += [(path, f"`{path}` after it" if before else f"`{path}`", text) for path, text in example.files.items()]
    return "\n\n".join(
        [
            f"With {joined([f'{gem} {version}' for gem, version in locked.items() if version])}:",
            *(f"{label}:\n\n```{_language(path)}\n{text.rstrip()}\n```" for path, label, text in shown),
        ]
    )


def _language(path: str) -> str:
    suffix = Path(path).suffix
    return {".rb": "ruby", ".yml": "yaml", ".yaml": "yaml"}.get(suffix, "text")


def _patterns(rule: Rule) -> Iterator[str]:
    """The pages of the safeguards whose flag the way out names."""
    options = set(re.findall(r"--[a-z-]+", rule.way_out))
    for pattern in PATTERNS:
        option = pattern.flags[0].option
        if option in options:
            yield f"[`{option}`](../patterns/{pattern.name}.md)"


def _advice() -> dict[str, list[str]]:
    """Where common-advice.md names a rule: links to its sections by code."""
    named: dict[str, list[str]] = {}
    for section in (DOCS / "common-advice.md").read_text(encoding="utf-8").split("\n### ")[1:]:
        heading = section.partition("\n")[0]
        anchor = re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")
        for code in dict.fromkeys(re.findall(r"\(rules/([a-z0-9-]+)\.md\)", section)):
            named.setdefault(code, []).append(f"[{heading}](../common-advice.md#{anchor})")
    return named


def _measured() -> dict[str, dict[str, str]]:
    with (DOCS / "check-measured.tsv").open(encoding="utf-8", newline="") as file:
        return {row["code"]: row for row in csv.DictReader(file, delimiter="\t")}


def _numbers(row: dict[str, str]) -> str:
    told = [f"Found {row['hits']} times in {row['repos']} public repos."] if row["repos"] != "0" else []
    if row["read"]:
        told.append(f"{row['read']} of these were read: {_share(row['true'], row['read'])} were right.")
    if row["planted"]:
        told.append(f"Planted in {row['planted']} real jobs, it was found in {_share(row['found'], row['planted'])}.")
    told += ["Not seen in the public repos that were checked."] if row["repos"] == "0" else []
    return f"{' '.join(told)} [How this was measured](../check.md#how-often-it-is-right)."


def _totals(measured: dict[str, dict[str, str]]) -> str:
    total = {key: sum(int(row[key] or 0) for row in measured.values()) for key in ("read", "true", "planted", "found")}
    seen = sum(row["repos"] != "0" for row in measured.values())
    return (
        f"Of {len(measured)} rules that were measured, {seen} found something in public repos: of {total['read']} "
        f"findings that were read, {_share(total['true'], total['read'])} were right. Of {total['planted']} planted "
        f"mistakes, {_share(total['found'], total['planted'])} were found. The page of each rule has its own numbers."
    )


def _share(part: object, whole: object) -> str:
    return f"{part} ({100 * int(str(part)) // int(str(whole))} %)"
