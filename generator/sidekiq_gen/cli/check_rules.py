"""``sidekiq-gen check --rules`` and ``--explain``: what is checked, and why."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from sidekiq_gen.check.report.document import of_rule
from sidekiq_gen.cli.check_selection import every_rule, known

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sidekiq_gen.check.rule import Example, Rule
    from sidekiq_gen.cli.console import Console


def list_rules(console: Console) -> None:
    """Every rule in a line."""
    rules = sorted(every_rule().values(), key=lambda one: one.code)
    if console.json:
        console.document({"schema": 1, "command": "check", "rules": [of_rule(rule) for rule in rules]})
        return
    width = max(len(rule.code) for rule in rules)
    for rule in rules:
        told = [rule.title, *([f"Sidekiq {rule.releases}"] if rule.releases else []), *([] if rule.on else ["off"])]
        console.plain(f"{rule.code:{width}}  {rule.severity:7}  {'; '.join(told)}")


def explain_rule(code: str, console: Console) -> None:
    """One rule in full.

    Raises:
        InvalidInput: there is none of that code: ``unknown-rule``.
    """
    rule = every_rule(code)[known(code)]
    if console.json:
        console.document({"schema": 1, "command": "check", "rules": [of_rule(rule)]})
    console.plain("\n\n".join(_parts(rule, console.columns)))


def _parts(rule: Rule, width: int) -> Iterator[str]:
    yield _filled(f"{rule.code} ({rule.severity}): {rule.title}.", width, "")
    yield f"Why\n{_filled(rule.why, width, '  ')}"
    yield f"What to do\n{_filled(rule.way_out, width, '  ')}"
    if rule.releases:
        yield f"Releases\n  Sidekiq {rule.releases}"
    if not rule.on:
        yield f"Off\n{_filled(f'It is too often wrong to be asked each time: --also {rule.code}.', width, '  ')}"
    yield f"Source\n{_filled(rule.source, width, '  ')}"
    yield f"Wrong\n\n{_shown(rule.bad)}"
    yield f"Right\n\n{_shown(rule.good)}"


def _shown(example: Example) -> str:
    """Its files; those of a deploy with what runs before it."""
    before: dict[str, str] = dict(getattr(example, "before", {}))
    heads = {path: f"# {path}\n" for path in example.files} if len(example.files) > 1 or before else {}
    parts = [f"# {path}, before\n{text.rstrip()}" for path, text in before.items()]
    parts += [f"{heads.get(path, '')}{text.rstrip()}" for path, text in example.files.items()]
    return textwrap.indent("\n\n".join(parts), "  ")


def _filled(text: str, width: int, margin: str) -> str:
    return textwrap.fill(
        text, width, initial_indent=margin, subsequent_indent=margin, break_on_hyphens=False, break_long_words=False
    )
