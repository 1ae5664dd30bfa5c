"""What Ruby and RuboCop say of texts: in one process each, which reads them and runs none.

Source: Ruby's iseq.c (RubyVM::InstructionSequence.compile parses and compiles, and evaluates nothing),
ext/ripper/lib/ripper/lexer.rb (Ripper.lex gives position, kind, text and state).
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from sidekiq_gen.regex import regex
from sidekiq_gen.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Sequence

LONGEST = 300.0  # seconds, for all texts

# Reads JSON from standard input: texts, and a word. Of each text: what Ruby says of it with warnings on, and the lines
# in which the word is code: a name, an operator or a command, not a part of a literal or a comment.
SCRIPT = r"""
require "json"
require "ripper"

module Warning
  def self.warn(message, **) = ($said ||= []) << message
end
$VERBOSE = true
CODE = %i[on_ident on_const on_kw on_op on_ivar on_gvar on_cvar]
given = JSON.parse($stdin.read)
mark = given["mark"]
found = given["texts"].each_with_index.map do |text, index|
  $said = []
  begin
    RubyVM::InstructionSequence.compile(text, "text", "text")
  rescue SyntaxError => error
    $said << error.message
  end
  lines = []
  command = false
  (mark ? Ripper.lex(text) : []).each do |(line, _), kind, token,|
    command = true if kind == :on_backtick
    command = false if kind == :on_tstring_end
    lines << line if token.include?(mark) && (command || CODE.include?(kind))
  end
  { "said" => $said, "code" => lines.uniq }
end
puts JSON.generate(found)
"""
_SAID = regex(r"^text:([0-9]+):\s*(.*)")

_SETTINGS = """AllCops:
  NewCops: enable
  SuggestExtensions: false
Style/Documentation:
  Enabled: false
Metrics:
  Enabled: false
Style/StringLiterals:
  EnforcedStyle: {quotes}_quotes
Style/FrozenStringLiteralComment:
  EnforcedStyle: {comment}
"""


@dataclass(frozen=True)
class Remark:
    """What was said of a text.

    text: its index. line: from 1. word: ``ruby``, the name of a cop, or ``code`` for a mark that is code. message: one
    line.
    """

    text: int
    line: int
    word: str
    message: str


class NotRun(Exception):
    """A program is not there, or did not say anything: why, as the end of a sentence."""


def parsed(texts: Sequence[str], mark: str | None = None) -> list[Remark]:
    """What Ruby says of each text, its warnings too.

    mark: a word that is to be code nowhere.

    Raises:
        NotRun: there is no Ruby, or it cannot do this.
    """
    said = _run(["ruby", "-e", SCRIPT], json.dumps({"texts": list(texts), "mark": mark}), Path.cwd())
    return [
        remark
        for index, one in enumerate(_document(said, "ruby"))
        for remark in (
            *(_ruby_remark(index, message) for message in one["said"]),
            *(Remark(index, line, "code", f"{mark} is code here, and came as data") for line in one["code"]),
        )
    ]


def linted(texts: Sequence[tuple[str, str]], quotes: str = "double", comment: str = "always") -> list[Remark]:
    """What RuboCop says of each text by its own defaults, new cops too, but for documentation and metrics.

    texts: path and text; some cops look at the path. quotes, comment: the styles of literals and of the magic comment,
    as RuboCop calls them.

    Raises:
        NotRun: there is no RuboCop, or it could not look.
    """
    with TemporaryDirectory(prefix="sidekiq-gen-rubocop-") as folder:
        root = Path(folder)
        (root / ".rubocop.yml").write_text(_SETTINGS.format(quotes=quotes, comment=comment), encoding="utf-8")
        for index, (path, text) in enumerate(texts):
            target = root / f"{index}" / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, encoding="utf-8")
        said = _run(["rubocop", "--format", "json", "--cache", "false"], "", root)
    report: Any = _document(said, "rubocop")
    seen = report["summary"]["inspected_file_count"]
    if seen != len(texts):
        raise NotRun(f"rubocop has looked at {seen} of {len(texts)} files")
    return [
        Remark(int(file["path"].partition("/")[0]), one["location"]["start_line"], one["cop_name"], one["message"])
        for file in report["files"]
        for one in file["offenses"]
    ]


def _ruby_remark(index: int, message: str) -> Remark:
    found = _SAID.match(message)
    first = message.strip().splitlines()[0] if message.strip() else "syntax error"
    return Remark(index, int(found[1]), "ruby", found[2]) if found else Remark(index, 1, "ruby", first)


def _run(command: Sequence[str], given: str, folder: Path) -> str:
    program = shutil.which(command[0])
    if program is None:
        raise NotRun(f"there is no {command[0]} on the PATH")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("RUBY", "BUNDLE"))}
    try:
        done = subprocess.run(  # noqa: S603 - a program that is asked for an opinion
            [program, *command[1:]],
            input=given,
            cwd=folder,
            env=environment,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=LONGEST,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise NotRun(f"{command[0]} could not be run: {type(error).__name__}") from None
    if done.returncode not in {0, 1} or not done.stdout.strip():
        lines = (done.stderr or done.stdout).strip().splitlines()
        raise NotRun(f"{command[0]} ended with status {done.returncode}{f': {lines[0][:200]}' if lines else ''}")
    return done.stdout


def _document(said: str, program: str) -> Any:
    try:
        return json.loads(said[min(at for at in (said.find("["), said.find("{"), len(said)) if at >= 0) :])
    except ValueError:
        raise NotRun(f"{program} did not say what it thinks") from None
