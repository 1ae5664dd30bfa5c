"""docs/run.svg, a picture of a real run in a copy of examples/storefront.

The terminal has 80 columns, and RuboCop's limit in the copy is 80 as well, so that the picture can be read on a phone.
A line `...` stands for what is not shown.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import sys
import tempfile
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

import pexpect  # type: ignore[import-untyped]

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
COMMAND = (
    "sidekiq-gen job ChargeCustomer --model Order --queue payments",
    "    --advisory-lock --check-then-act charged_at --idempotency-key",
    "    --calls PaymentGateway.charge --discard-on PaymentGateway::CardDeclined",
)
COLUMNS = 80
LIMIT = f"\nLayout/LineLength:\n  Max: {COLUMNS}\n"
CUT = ("faint", "...")
JOB = "app/jobs/charge_customer_job.rb"

# Pixels: a cell of the terminal, and what surrounds the text.
_CELL, _LINE, _MARGIN, _BAR = 7.8, 18, 16, 30
_SGR = re.compile(r"\033\[([\d;]*)m")
_CLASSES = {"1": "bold", "2": "faint", "31": "red", "32": "green", "33": "yellow", "34": "blue"}
_RUBY = re.compile(
    r"""(?P<faint>\#(?!\{).*)|(?P<green>"(?:\\.|[^"])*")|(?P<yellow>\b[A-Z]\w*|:[a-z]\w*)"""
    r"""|(?P<blue>\b(?:class|def|do|end|if|unless|next|return|private|include|yield)\b)"""
)
_STYLE = """
text { font: 13px ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; fill: #d7dae0; }
.bold { font-weight: bold; }
.faint { fill: #8b949e; }
.red { fill: #ff7b72; }
.green { fill: #7ee787; }
.yellow { fill: #e3b341; }
.blue { fill: #79c0ff; }
"""

Stretch = tuple[str, str]  # classes, text


def pages() -> dict[str, str]:
    """The picture as it should be, by its path in docs: SVG that loads nothing."""
    lines = list(_lines())
    width = max(sum(len(text) for _, text in line) for line in lines) * _CELL + 2 * _MARGIN
    height = _BAR + len(lines) * _LINE + _MARGIN
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height}" width="{width:.0f}" role="img">',
        f"<title>sidekiq-gen job writes {JOB} and its spec</title>",
        f"<style>{_STYLE}</style>",
        '<rect width="100%" height="100%" rx="8" fill="#161b22"/>',
        *(f'<circle cx="{_MARGIN + 18 * place}" cy="16" r="5" fill="#484f58"/>' for place in range(3)),
    ]
    for row, line in enumerate(lines):
        parts += _texts(line, _BAR + (row + 1) * _LINE - 5)
    return {"run.svg": "\n".join([*parts, "</svg>"]) + "\n"}


def _texts(line: list[Stretch], y: int) -> Iterator[str]:
    """The stretches of a line, each held to its cells, whatever font is there."""
    column = 0
    for classes, text in line:
        shown = text.strip()
        if shown:
            x = _MARGIN + (column + len(text) - len(text.lstrip())) * _CELL
            held = f'textLength="{len(shown) * _CELL:.1f}"'
            yield f'<text class="{classes}" x="{x:.1f}" y="{y}" {held} xml:space="preserve">{escape(shown)}</text>'
        column += len(text)


def _lines() -> Iterator[list[Stretch]]:
    """What a terminal would show, line by line, without what would make it long."""
    with tempfile.TemporaryDirectory() as folder:
        root = shutil.copytree(ROOT / "examples/storefront", Path(folder, "storefront"))
        with (root / ".rubocop.yml").open("a", encoding="utf-8") as settings:
            settings.write(LIMIT)
        printed = _run_at_a_terminal(root)
        job = (root / JOB).read_text(encoding="utf-8")
    first, *more = COMMAND
    yield [("green", "$ "), ("", f"{first} \\")]
    yield from ([("", f"{line} \\" if line != more[-1] else line)] for line in more)
    yield from _between("create", "next", map(_of_terminal, printed.splitlines()))
    yield [("green", "$ "), ("", f"cat {JOB}")]
    yield from _between("  def perform", "  private", map(_of_ruby, job.splitlines()))


def _between(first: str, after: str, lines: Iterator[list[Stretch]]) -> Iterator[list[Stretch]]:
    """The lines from one with the first text to before one with the other; each side was cut, and says so."""
    shown = False
    yield [CUT]
    for line in lines:
        text = "".join(text for _, text in line)
        if shown and after in text:
            break
        shown = shown or first in text
        if shown:
            yield line
    yield [CUT]


def _run_at_a_terminal(root: Path) -> str:
    """Runs the command at a pseudo-terminal: what it prints, with its colours."""
    surroundings = {name: value for name, value in os.environ.items() if name not in {"NO_COLOR", "COLUMNS", "CI"}}
    printed, status = pexpect.run(
        shlex.join([sys.executable, "-m", "sidekiq_gen", *" ".join(COMMAND).split()[1:], "--no-input"]),
        withexitstatus=True,
        cwd=str(root),
        env=surroundings | {"TERM": "xterm", "PYTHONUTF8": "1"},
        encoding="utf-8",
        dimensions=(50, COLUMNS),
    )
    if status:
        raise SystemExit(printed)
    return str(printed)


def _of_terminal(line: str) -> list[Stretch]:
    """A line of output by its colours."""
    first, *rest = _SGR.split(line)
    stretches, classes = [("", first)], ""
    for code, text in zip(rest[::2], rest[1::2], strict=True):
        known = [_CLASSES[number] for number in code.split(";") if number in _CLASSES]
        classes = " ".join([classes, *known]).strip() if known else ""
        stretches.append((classes, text))
    return stretches


def _of_ruby(line: str) -> list[Stretch]:
    """A line of Ruby, coloured roughly."""
    stretches, end = [], 0
    for found in _RUBY.finditer(line):
        stretches += [("", line[end : found.start()]), (found.lastgroup or "", found[0])]
        end = found.end()
    return [*stretches, ("", line[end:])]
