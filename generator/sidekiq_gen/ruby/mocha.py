"""Tests in Mocha's words: what the templates stub with Minitest's ``stub`` becomes ``stubs``.

A stub of Minitest's lasts for its block, one of Mocha's to the end of the test; so it goes before the statement whose
block it was. Mocha takes no lambda in place of a method: what one keeps of a call goes into the block of ``with``,
which Mocha calls with the arguments, once for each call (mocha v1.16.1 and v3.1.0 lib/mocha/expectation_list.rb,
lib/mocha/parameters_matcher.rb), what it gives into ``returns``, ``raises`` or ``yields``.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sidekiq_gen.regex import regex
from sidekiq_gen.ruby import literals
from sidekiq_gen.values import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Callable

_STUB = regex(r"((?:@\w+|[A-Za-z]\w*(?:::\w+)*)(?:\.\w+)*)\.stub\(:(\w+[?!]?), |(?<![.\w])stubbed(?= do$| \{)")
_NAMED = regex(r"(\s*)(\w+) = lambda do \|([^|]*)\|")
_LAMBDA = regex(r"->(?:\(([^()]*)\))? \{ ?(.*?) ?\}")
_KEYWORD = regex(r"\*, (\w+):(?:, \*\*)?")
_RAISE = r"raise[ (](?:\"([^\"]*)\"|([A-Za-z_][\w:.]*(?:\([^()]*\))?))\)?"
_TAKING_A_BLOCK = regex(r"^( *)def (\w+)\(&block\)\n((?:\1 .*\n|\n)*?)\1end", re.MULTILINE)
_HOLD_LOCK = regex(r"\n*(?: *#[^\n]*\n)? *def hold_lock\n.*?\n *ensure\n[^\n]*\n *end\n?", re.DOTALL)
_LIMITED = regex(r"^( *)@limited = true$", re.MULTILINE)
_LIMITER = regex(r"(\S+\.stubs\(:within_limit\))\.yields")
_TAKEN = "|...| "  # the place of the parameters of a block
_ASSERTED = regex(r"^( *\S+\.stubs\(.*\n)(?= *(?:assert|\S.* do\n *assert))( *)", re.MULTILINE)
_BRACKETS = {"(": ")", "{": "}", "[": "]"}


def in_mocha(source: str) -> str:
    """A test in the form of the templates, in Mocha's words; a stub that has no such words stays."""
    if "hold_lock" in source:
        source = re.sub(r"\n  private\n\nend", "\nend", _HOLD_LOCK.sub("\n", source).replace("\n\n\n", "\n\n"))
    source = source.replace("error.define_singleton_method(method) { answer }", "error.stubs(method => answer)")
    source = "\n".join(_Lines(source.split("\n")).translated())
    limiter = _LIMITER.search(source)
    if limiter:
        source = _LIMITED.sub(lambda found: f"{found[1]}{limiter[1]}", source)
    source = _ASSERTED.sub(r"\1\n\2", source)
    return _TAKING_A_BLOCK.sub(_without_block, source)


@dataclass
class _Lines:
    """Lines of Ruby on their way into Mocha's words.

    lambdas: the lambdas that have a name, each with its parameters and its statements.
    """

    left: list[str]
    lambdas: dict[str, tuple[str, list[str]]] = field(default_factory=dict)

    def translated(self) -> list[str]:
        done: list[str] = []
        while self.left:
            line = self.left.pop(0)
            named = _NAMED.fullmatch(line)
            if named:
                body = self._block(named[1])
                self.lambdas[named[2]] = (named[3], [one.strip() for one in body])
                continue
            new = self._without_stub(line)
            if new is None:
                done.append(line)
            else:
                self.left[:0] = new
        return done

    def _without_stub(self, line: str) -> list[str] | None:
        """A line, with those of its block, without its outermost stub; None where it has none."""
        found = _STUB.search(line)
        if not found:
            return None
        margin, before, end = line[: len(line) - len(line.lstrip())], line[: found.start()], found.end()
        block, stubs = False, []
        if found[1]:
            end = _closing(line, found.end() - 1, ")")
            value = line[found.end() : end]
            block, value = value.endswith(", &block"), value.removesuffix(", &block")
            said = self._said(value)
            if said is None:
                return None
            stubs = [f"{margin}{found[1]}.stubs(:{found[2]}){one}" for one in said]
            end += 1
        after = line[end:]
        if block:
            return [*stubs, f"{margin}yield"]
        if after == " do":
            return stubs + _with_lead(before, [one.removeprefix("  ") for one in self._block(margin)])
        if after.startswith(" { "):
            closing = _closing(line, end + 2, "}")
            return [*stubs, f"{before}{line[end + 3 : closing].rstrip()}{line[closing + 1 :]}"]
        return stubs

    def _block(self, margin: str) -> list[str]:
        """The lines up to the end of a block, which is taken away."""
        end = self.left.index(f"{margin}end")
        body, self.left = self.left[:end], self.left[end + 1 :]
        return body

    def _said(self, value: str) -> list[str] | None:
        """What stands behind ``stubs(:name)``, for one statement or two; None where Mocha has no words for it."""
        if value in self.lambdas:
            parameters, (kept, given) = self.lambdas[value]
            return [_given(given) + _kept(kept).replace(_TAKEN, _taken(parameters))]
        if value == "method(:hold_lock)":
            return [".with { @locked = true }.yields"]
        found = _LAMBDA.fullmatch(value)
        if found:
            return _of_lambda(found[1] or "", found[2])
        return [""] if value == "nil" else None if value.startswith("->") else [f".returns({value})"]


def _of_lambda(parameters: str, body: str) -> list[str] | None:
    """See ``_said``; a keyword is taken from the last argument, as old releases of Mocha hand it over as a hash."""
    if keyword := _KEYWORD.fullmatch(parameters):
        parameters, body = "*arguments", re.sub(rf"\b{keyword[1]}\b", f"arguments.last[:{keyword[1]}]", body)
    for form, said in _FORMS:
        if found := form.fullmatch(body):
            return [one.replace(_TAKEN, _taken(parameters)) for one in said(found)]
    return None


def _taken(parameters: str) -> str:
    """The parameters of the block of ``with``."""
    return "" if parameters in {"", "*", "*, **"} else f"|{parameters.removeprefix('**')}| "


def _kept(statement: str) -> str:
    """What is kept of each call; the statement is never false."""
    return f".with {{ {_TAKEN}{statement} }}"


def _given(text: str) -> str:
    """What a call gives, or raises; once only where it says so."""
    once = re.fullmatch(rf"(?:\S+\.one\? \? ({_RAISE}) : (.+)|({_RAISE}) if \S+\.one\?)", text)
    if once:
        return f"{_given(once[1] or once[5])}.then.returns({once[4] or 'nil'})"
    raised = re.fullmatch(_RAISE, text)
    if raised:
        return f".raises({raised[2]})" if raised[2] else f'.raises(RuntimeError, "{raised[1]}")'
    return f".returns({text})"


# The bodies of lambdas that the templates have, and what stands for them behind ``stubs(:name)``.
_FORMS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], list[str]]], ...] = (
    (regex(""), lambda _: [""]),
    (regex(_RAISE), lambda found: [_given(found[0])]),
    (regex(r"\((.+)\) && (.+)"), lambda found: [_kept(found[1]) + _given(found[2])]),
    (regex(r"(@\w+)\.tap \{ (.+) \}"), lambda found: [_kept(found[2]) + _given(found[1])]),
    (regex(r"(\w+)\.shift"), lambda found: [f".returns(*{found[1]})"]),
    (
        regex(r"(@\w+) if (?:key == \{ (.+) \}|(\w+) == (.+))"),
        lambda found: ["", f".with({found[2] or f'{found[3]}: {found[4]}'}).returns({found[1]})"],
    ),
    (
        regex(r"key == (\S+) \? (@\w+) : raise\((\S+)\)"),
        lambda found: [f".raises({found[3]})", f".with({found[1]}).returns({found[2]})"],
    ),
    (regex(r"\w+\.call unless @limited"), lambda _: [".yields"]),
    (regex(r"@\w+"), lambda found: [_given(found[0])]),
    (
        regex(r"(@\w+)\[name\] = value"),
        lambda found: [_kept(f"{found[1]}.assign_attributes(name => value) || true")],
    ),
    (regex(r".+\.assign_attributes\(values\)"), lambda found: [_kept(f"{found[0]} || true")]),
    (regex(r".+ (?:<<|\+?=) .+"), lambda found: [_kept(found[0])]),
)


def _with_lead(lead: str, lines: list[str]) -> list[str]:
    """Lines with what stood before their block, ``calls = ``, at the last statement."""
    if not lead.strip():
        return lines
    margin = lead[: len(lead) - len(lead.lstrip())]
    starts = [at for at, line in enumerate(lines) if re.match(rf"{margin}(?!end\b)[^\s)}}\]]", line)]
    last = starts[-1]
    return [*lines[:last], f"{lead}{lines[last].lstrip()}", *lines[last + 1 :]]


def _without_block(found: re.Match[str]) -> str:
    """A method that took a block and only yields to it now."""
    if re.search(r"\bblock\b", found[3]):
        return found[0]
    return f"{found[1]}def {found[2]}\n{found[3]}{found[1]}end"


def _closing(text: str, start: int, bracket: str) -> int:
    """Where what is open before a place is closed with that bracket; literals are left out."""
    depth, code = 0, literals.blanked(text)
    for at in range(start, len(text)):
        character = code[at]
        if character in _BRACKETS:
            depth += 1
        elif depth == 0 and character == bracket:
            return at
        elif character in _BRACKETS.values():
            depth -= 1
    raise ValueError(text)
