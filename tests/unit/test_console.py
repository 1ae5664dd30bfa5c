from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from sidekiq_gen.cli.console import Console
from sidekiq_gen.errors import Quit, Refused, SidekiqGenError
from sidekiq_gen.notices import Notice

if TYPE_CHECKING:
    from pathlib import Path

NOTICE = Notice(code="model-not-found", message="No file defines Order.", hint="Pass --model.")
ERROR = Refused("No lockfile found.", hint="Run bundle install.", code="no-lockfile")


class Stream(io.TextIOWrapper):
    """A stream into memory, of any encoding, that may claim to be a terminal."""

    def __init__(self, encoding: str = "utf-8", *, terminal: bool = False) -> None:
        self.bytes = io.BytesIO()
        self._terminal = terminal
        super().__init__(self.bytes, encoding=encoding, errors="strict", newline="\n")

    def isatty(self) -> bool:
        return self._terminal

    @property
    def text(self) -> str:
        return self.bytes.getvalue().decode(self.encoding)


class Full(Stream):
    """A stream into a full disk."""

    def flush(self) -> None:
        raise OSError(28, "No space left on device")

    def close(self) -> None:
        """Python 3.13 tells of what closing it raises, and it is closed when it is thrown away."""


@pytest.fixture
def out() -> Stream:
    return Stream()


@pytest.fixture
def err() -> Stream:
    return Stream()


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)


def console(out: Stream | None, err: Stream | None, *, quiet: bool = False, json: bool = False) -> Console:
    return Console(out, err, quiet=quiet, json=json)


def test_statuses_stand_in_rails_columns(out: Stream, err: Stream) -> None:
    for word in ("create", "insert", "identical", "force", "skip", "conflict", "remove"):
        console(out, err).status(word, "app/jobs/a_job.rb")

    assert out.text == (
        "      create  app/jobs/a_job.rb\n"
        "      insert  app/jobs/a_job.rb\n"
        "   identical  app/jobs/a_job.rb\n"
        "       force  app/jobs/a_job.rb\n"
        "        skip  app/jobs/a_job.rb\n"
        "    conflict  app/jobs/a_job.rb\n"
        "      remove  app/jobs/a_job.rb\n"
    )
    assert err.text == ""


@pytest.mark.parametrize(
    ("word", "colour"),
    [("create", 32), ("insert", 32), ("identical", 34), ("force", 33), ("skip", 33), ("conflict", 31), ("remove", 31)],
)
def test_statuses_are_bold_and_coloured_on_a_terminal(err: Stream, word: str, colour: int) -> None:
    out = Stream(terminal=True)

    console(out, err).status(word, "a.rb")

    assert out.text == f"\033[1m\033[{colour}m{word:>12}\033[0m  a.rb\n"


@pytest.mark.parametrize(
    ("terminal", "environment", "colour", "expected"),
    [
        (True, {"TERM": "xterm"}, None, True),
        (True, {"TERM": "xterm", "NO_COLOR": ""}, None, True),
        (True, {}, None, True),
        (True, {"TERM": "xterm", "NO_COLOR": "1"}, None, False),
        (True, {"TERM": "dumb"}, None, False),
        (False, {"TERM": "xterm"}, None, False),
        (False, {"TERM": "dumb", "NO_COLOR": "1"}, True, True),
        (True, {"TERM": "xterm"}, False, False),
    ],
)
def test_when_there_is_colour(
    monkeypatch: pytest.MonkeyPatch,
    *,
    terminal: bool,
    environment: dict[str, str],
    colour: bool | None,
    expected: bool,
) -> None:
    monkeypatch.delenv("TERM")
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    out = Stream(terminal=terminal)

    Console(out, Stream(), quiet=False, json=False, colour=colour).status("create", "a.rb")

    assert out.text == ("\033[1m\033[32m      create\033[0m  a.rb\n" if expected else "      create  a.rb\n")


def test_each_stream_has_its_own_colour(out: Stream) -> None:
    err = Stream(terminal=True)

    console(out, err).status("create", "a.rb")
    console(out, err).notice(NOTICE)
    console(out, err).error(ERROR)

    assert out.text == "      create  a.rb\n"
    assert err.text == (
        "\033[1m\033[33mnotice\033[0m  No file defines Order.\n"
        "        Pass --model.\n"
        "\033[1m\033[31merror\033[0m  No lockfile found.\n"
        "\033[1m\033[34m hint\033[0m  Run bundle install.\n"
    )


@pytest.mark.parametrize("quiet", [False, True])
@pytest.mark.parametrize("json_wanted", [False, True])
def test_notices_go_to_standard_error_always(out: Stream, err: Stream, quiet: bool, json_wanted: bool) -> None:  # noqa: FBT001
    console(out, err, quiet=quiet, json=json_wanted).notice(NOTICE)

    assert out.text == ""
    assert err.text == "notice  No file defines Order.\n        Pass --model.\n"


@pytest.mark.parametrize("quiet", [False, True])
def test_errors_go_to_standard_error_always(out: Stream, err: Stream, quiet: bool) -> None:  # noqa: FBT001
    console(out, err, quiet=quiet).error(ERROR)

    assert out.text == ""
    assert err.text == "error  No lockfile found.\n hint  Run bundle install.\n"


def test_further_lines_are_indented_and_empty_hints_left_out(out: Stream, err: Stream) -> None:
    console(out, err).error(SidekiqGenError("one\ntwo", hint="", code="x"))
    console(out, err).notice(Notice(code="x", message="three\nfour", hint=""))

    assert err.text == "error  one\n       two\nnotice  three\n        four\n"


def test_quiet_hides_statuses_and_nothing_else(out: Stream, err: Stream) -> None:
    quiet = console(out, err, quiet=True)

    quiet.status("create", "a.rb")
    quiet.plain("plain")
    quiet.document({"schema": 1})

    assert out.text == 'plain\n{\n  "schema": 1\n}\n'


def test_under_json_only_the_document_reaches_standard_output(err: Stream) -> None:
    out = Stream(terminal=True)
    printer = console(out, err, json=True)

    printer.status("create", "a.rb")
    printer.plain("plain")
    printer.notice(NOTICE)
    printer.aside("aside")
    printer.diff("-diff\n")
    printer.document({"schema": 1, "command": "job", "files": [{"path": "größe.rb"}], "nothing": None})

    assert out.text == (
        "{\n"
        '  "schema": 1,\n'
        '  "command": "job",\n'
        '  "files": [\n'
        "    {\n"
        '      "path": "größe.rb"\n'
        "    }\n"
        "  ],\n"
        '  "nothing": null\n'
        "}\n"
    )
    assert err.text == "notice  No file defines Order.\n        Pass --model.\naside\n-diff\n"


def test_an_error_under_json_is_a_document_and_a_line(out: Stream, err: Stream) -> None:
    console(out, err, json=True).error(Quit("No.", hint="Then don't.", code="quit"))

    assert json.loads(out.text) == {
        "schema": 1,
        "error": {"code": "quit", "message": "No.", "hint": "Then don't."},
    }
    assert err.text == "error  No.\n hint  Then don't.\n"


@pytest.mark.parametrize(("encoding", "shown"), [("ascii", "gr??e ?"), ("latin-1", "größe ?"), ("utf-8", "größe ✓")])
def test_what_a_stream_cannot_carry_is_replaced(encoding: str, shown: str) -> None:
    out, err = Stream(encoding), Stream(encoding)

    console(out, err).status("create", "größe ✓")
    console(out, err).plain("größe ✓")
    console(out, err).error(Refused("größe ✓", hint="größe ✓", code="x"))

    assert out.text == f"      create  {shown}\n{shown}\n"
    assert err.text == f"error  {shown}\n hint  {shown}\n"


@pytest.mark.parametrize(
    ("encoding", "text"), [("ascii", "größe"), ("latin-1", "größe ✓"), ("utf-8", "undecodable \udcff")]
)
def test_a_document_loses_nothing_on_a_stream_that_cannot_carry_it(err: Stream, encoding: str, text: str) -> None:
    out = Stream(encoding)

    console(out, err).document({"message": text})

    assert out.text == f'{{\n  "message": {json.dumps(text, ensure_ascii=True)}\n}}\n'
    assert json.loads(out.text) == {"message": text}


def test_undecodable_names_are_printed_somehow(out: Stream, err: Stream) -> None:
    console(out, err).plain("job_\udcff.rb")

    assert out.text == "job_\\xff.rb\n"


def test_texts_cannot_steer_the_terminal(out: Stream, err: Stream) -> None:
    console(out, err).plain("a\033[2Jb\rc\x00d\x7fe\u009bf\tg\nh")
    console(out, err).error(Refused("\033[31m", hint="", code="x"))

    assert out.text == "a\\x1b[2Jb\\x0dc\\x00d\\x7fe\\x9bf\tg\nh\n"
    assert err.text == "error  \\x1b[31m\n"


def test_closed_streams_are_passed_over(out: Stream, err: Stream) -> None:
    console(None, err).status("create", "a.rb")
    console(None, err).document({"schema": 1})
    console(out, None).error(ERROR)
    console(None, None).aside("?")

    assert (out.text, err.text) == ("", "")


def test_a_conversation_is_held_where_the_terminal_is(out: Stream, err: Stream) -> None:
    terminal = Stream(terminal=True)

    console(terminal, err).aside("Overwrite? ", end="")
    console(terminal, err).diff("--- a\n+++ b\n@@ -1 +1 @@\n-old\033\n+new\n same\n")
    console(out, err).aside("Overwrite?")

    assert terminal.text == (
        "Overwrite? \033[31m--- a\033[0m\n\033[32m+++ b\033[0m\n\033[34m@@ -1 +1 @@\033[0m\n"
        "\033[31m-old\\x1b\033[0m\n\033[32m+new\033[0m\n same\n"
    )
    assert (out.text, err.text) == ("", "Overwrite?\n")


def test_a_full_disk_is_reported_once() -> None:
    err = Stream()
    printer = console(Full(), err)

    with pytest.raises(Refused) as caught:
        printer.plain("lost")
    printer.plain("lost as well")
    printer.error(caught.value)

    assert caught.value.code == "cannot-print"
    assert err.text == (
        "error  The output cannot be written: No space left on device.\n"
        " hint  Check where standard output and standard error go to.\n"
    )


def test_an_error_is_told_although_standard_output_fails() -> None:
    err = Stream()

    console(Full(), err, json=True).error(ERROR)

    assert err.text == "error  No lockfile found.\n hint  Run bundle install.\n"


def test_a_failing_standard_error_stops_nothing(out: Stream) -> None:
    printer = console(out, Full())

    printer.notice(NOTICE)
    printer.error(ERROR)
    printer.plain("done")

    assert out.text == "done\n"


SCRIPT = """
import sys
from sidekiq_gen.cli.console import Console
from sidekiq_gen.errors import Refused
console = Console(sys.stdout, sys.stderr, quiet=False, json=False)
for number in range(3):
    console.status("create", f"gr\\u00f6\\u00dfe_{number}.rb")
    console.document({"gr\\u00f6\\u00dfe": number})
console.error(Refused("Gr\\u00f6\\u00dfe.", hint="", code="x"))
print("from a library", flush=True)
"""


def run(stdout: int, **environment: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", SCRIPT],
        stdout=stdout,
        stderr=subprocess.PIPE,
        env={**os.environ, **environment},
        check=False,
    )


def test_a_reader_that_has_gone_away_is_no_error() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    try:
        outcome = run(writing, PYTHONUTF8="1")
    finally:
        os.close(writing)

    assert (outcome.returncode, outcome.stderr.decode()) == (0, "error  Größe.\n")


def test_a_real_ascii_output_is_no_error(tmp_path: Path) -> None:
    with (tmp_path / "out").open("wb") as stream:
        outcome = run(stream.fileno(), PYTHONUTF8="0", PYTHONIOENCODING="ascii", LC_ALL="C")

    expected = "".join(
        f'      create  gr??e_{number}.rb\n{{\n  "gr\\u00f6\\u00dfe": {number}\n}}\n' for number in range(3)
    )
    assert (outcome.returncode, outcome.stderr) == (0, b"error  Gr??e.\n")
    assert (tmp_path / "out").read_text() == f"{expected}from a library\n"
