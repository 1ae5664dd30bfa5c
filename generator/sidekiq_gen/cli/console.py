"""The only printer: Rails' words and columns for people, one JSON document for programs."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING, TextIO

from sidekiq_gen.errors import Refused
from sidekiq_gen.quoting import in_json, visible

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sidekiq_gen.errors import SidekiqGenError
    from sidekiq_gen.notices import Notice

_BOLD, _RED, _GREEN, _YELLOW, _BLUE, _RESET = (f"\033[{number}m" for number in (1, 31, 32, 33, 34, 0))
_STATUS_COLOURS = {
    "create": _GREEN,
    "insert": _GREEN,
    "update": _GREEN,
    "merge": _YELLOW,
    "identical": _BLUE,
    "force": _YELLOW,
    "skip": _YELLOW,
    "conflict": _RED,
    "remove": _RED,
}
_SEVERITY_COLOURS = {"error": _RED, "warning": _YELLOW, "note": _BLUE}
_PLACE, _FAINT = _BOLD, "\033[2m"
_STATUS_COLUMNS = 12
_USUAL_COLUMNS, _NARROWEST, _READABLE = 80, 20, 110


class Console:
    """Where a run writes to.

    stdout, stderr: None when closed, as `sys.stdout` is then.
    quiet: no statuses.
    json: nothing but documents on standard output.
    colour: None decides for each stream: a terminal that is not dumb, and no NO_COLOR.

    Once a reader has gone away, what was meant for it is dropped and the run goes on. Any other failure of standard
    output raises Refused (``cannot-print``), once.
    """

    def __init__(
        self, stdout: TextIO | None, stderr: TextIO | None, *, quiet: bool, json: bool, colour: bool | None = None
    ) -> None:
        self.quiet = quiet
        self.json = json
        self._stdout = stdout
        self._stderr = stderr
        self._colour = colour
        self._gone: set[TextIO] = set()

    @property
    def columns(self) -> int:
        """How wide text on standard output may be: as the terminal is, and no wider than can be read; else 80."""
        if not _is_terminal(self._stdout):
            return _USUAL_COLUMNS
        return max(min(_columns(self._stdout), _READABLE) - 1, _NARROWEST)

    def status(self, word: str, path: str) -> None:
        """One of Rails' status lines, on standard output."""
        if self.quiet or self.json:
            return
        label = self._painted(word.rjust(_STATUS_COLUMNS), _STATUS_COLOURS.get(word, ""), self._stdout)
        self._write(self._stdout, f"{label}  {visible(path)}\n")

    def notice(self, notice: Notice) -> None:
        """A remark and its hint, on standard error."""
        self._write(self._stderr, self._labelled("notice", _YELLOW, notice.message))
        if notice.hint:
            self._write(self._stderr, self._labelled("", "", notice.hint, columns=len("notice")))

    def finding(self, place: str, severity: str, message: str, code: str) -> None:
        """One line about a place in the repo, on standard output: ``app/jobs/a_job.rb:3:5: error: ... [code]``."""
        if not self.json:
            colour = _SEVERITY_COLOURS.get(severity, "")
            head = self._painted(visible(place), _PLACE, self._stdout, bold=False)
            how = self._painted(severity, colour, self._stdout)
            named = self._painted(f"[{code}]", _FAINT, self._stdout, bold=False)
            self._write(self._stdout, f"{head}: {how}: {visible(message)} {named}\n")

    def remark(self, label: str, *lines: str, copied: bool = False) -> None:
        """Lines about what was done, on standard error, unless it is to be quiet.

        copied: whether they are to be copied, so that none of them is broken.
        """
        if not (self.quiet or self.json):
            margin = " " * (len("notice") + 2)
            told = [visible(line) if copied else self._wrapped(visible(line), margin + "  ") for line in lines]
            label = self._painted(label.rjust(len("notice")), _GREEN, self._stderr)
            self._write(self._stderr, f"{label}  " + f"\n{margin}".join(told) + "\n")

    def error(self, error: SidekiqGenError) -> None:
        """What ended the run, on standard error, after its notices; under JSON as a document as well."""
        if self.json:
            told: dict[str, object] = {"code": error.code, "message": error.message, "hint": error.hint}
            further: dict[str, object] = {}
            if error.files:
                further["files"] = [{"path": path, "status": status} for path, status in error.files]
            if error.said or error.notices:
                further["notices"] = [notice.as_dict() for notice in (*error.said, *error.notices)]
            with suppress(Refused):  # standard output has failed: standard error is still to be told
                self.document({"schema": 1, "error": told, **further})
        for notice in error.notices:
            self.notice(notice)
        self._write(self._stderr, self._labelled("error", _RED, error.message))
        if error.hint:
            self._write(self._stderr, self._labelled("hint", _BLUE, error.hint, columns=len("error")))

    def plain(self, text: str) -> None:
        """Text as it is, with a line end, on standard output."""
        if not self.json:
            self._write(self._stdout, f"{visible(text)}\n")

    def document(self, document: Mapping[str, object]) -> None:
        """The JSON document of the run, on standard output."""
        from json import dumps

        text = in_json(dumps(document, indent=2, ensure_ascii=False))
        if not _fits(text, self._stdout):
            text = dumps(document, indent=2)
        self._write(self._stdout, f"{text}\n")

    def aside(self, text: str, *, end: str = "\n") -> None:
        """A part of a conversation: on the terminal, even when standard output goes into a file."""
        self._write(self._terminal, f"{visible(text)}{end}")

    def diff(self, text: str) -> None:
        """A unified diff as part of a conversation."""
        self._write_diff(self._terminal, text)

    def change(self, text: str) -> None:
        """A unified diff below a status, on standard output."""
        if not (self.quiet or self.json):
            self._write_diff(self._stdout, text)

    def _write_diff(self, stream: TextIO | None, text: str) -> None:
        colours = {"+": _GREEN, "-": _RED, "@": _BLUE}
        lines = text.removesuffix("\n").split("\n") if text else ()
        painted = (self._painted(visible(line), colours.get(line[:1], ""), stream, bold=False) for line in lines)
        self._write(stream, "".join(f"{line}\n" for line in painted))

    @property
    def _terminal(self) -> TextIO | None:
        return self._stderr if self.json or not _is_terminal(self._stdout) else self._stdout

    def _labelled(self, label: str, colour: str, text: str, *, columns: int = 0) -> str:
        """The label, two spaces, the text; further lines of the text are indented likewise."""
        label = label.rjust(columns)
        margin = " " * (len(label) + 2)
        first, *further = visible(text).split("\n")
        lines = f"\n{margin}".join([self._wrapped(first, margin), *further])  # the further ones are to be copied as is
        return f"{self._painted(label, colour, self._stderr)}  {lines}\n"

    def _wrapped(self, line: str, margin: str) -> str:
        """A line for standard error, broken between words where that is a terminal; the first one is indented already.

        Words are never broken: paths and names are to be copied.
        """
        width = max(_columns(self._stderr) - 1, _NARROWEST)
        if not _is_terminal(self._stderr) or len(margin) + len(line) <= width:
            return line
        from textwrap import fill

        filled = fill(
            line, width, initial_indent=margin, subsequent_indent=margin, break_long_words=False, break_on_hyphens=False
        )
        return filled.removeprefix(margin)

    def _painted(self, text: str, colour: str, stream: TextIO | None, *, bold: bool = True) -> str:
        wanted = self._colour
        if wanted is None:
            wanted = _is_terminal(stream) and os.environ.get("TERM") != "dumb" and not os.environ.get("NO_COLOR")
        return f"{_BOLD if bold else ''}{colour}{text}{_RESET}" if wanted and colour else text

    def _write(self, stream: TextIO | None, text: str) -> None:
        if stream is None or stream in self._gone:
            return
        encoding = stream.encoding or "utf-8"
        try:
            stream.write(text.encode(encoding, "replace").decode(encoding))
            stream.flush()
        except OSError as error:
            self._gone.add(stream)
            _drain(stream)
            if stream is self._stdout and not isinstance(error, BrokenPipeError):
                raise Refused(
                    f"The output cannot be written: {error.strerror}.",
                    hint="Check where standard output and standard error go to.",
                    code="cannot-print",
                ) from error


def _is_terminal(stream: TextIO | None) -> bool:
    return stream is not None and stream.isatty()


def _columns(stream: TextIO | None) -> int:
    """How wide a terminal is; 80 where that cannot be known."""
    with suppress(OSError, ValueError, AttributeError):
        return os.get_terminal_size(stream.fileno()).columns or _USUAL_COLUMNS  # type: ignore[union-attr]
    return _USUAL_COLUMNS


def _fits(text: str, stream: TextIO | None) -> bool:
    try:
        text.encode((stream and stream.encoding) or "utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _drain(stream: TextIO) -> None:
    """Let what is still in the buffer go nowhere, or the interpreter complains about it when it ends."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    with suppress(OSError):  # no real file, so nothing is flushed later
        os.dup2(nowhere, stream.fileno())
    os.close(nowhere)
