"""The repo's own RuboCop or Standard, run over what was written. It executes code of the repo: only where asked for.

By ``--lint`` and ``--format``, or by the app itself, which asks Rails' generators for it (rails/house/linter.py).

Source: rubocop v1.91.0 lib/rubocop/cli.rb:9 (status 0 and 1: it has looked, 2: it could not),
lib/rubocop/formatter/json_formatter.rb; ``-a`` corrects only what is safe since v0.87 (relnotes/CHANGELOG_v0.md);
standard lib/standard/merges_settings.rb (``--fix``, the other options go to RuboCop). Rails itself calls
``bin/rubocop`` (rails v8.1.3 railties/lib/rails/configuration.rb, apply_rubocop_autocorrect_after_generate!).
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
from contextlib import suppress
from tempfile import TemporaryFile
from typing import IO, TYPE_CHECKING, Any, Literal

from sidekiq_gen.notices import Notice
from sidekiq_gen.sidekiq.gems import gem_version
from sidekiq_gen.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from sidekiq_gen.changes.plan import Plan
    from sidekiq_gen.rails.app import RailsApp

Lint = Literal["check", "fix"]

LONGEST = 120  # seconds
MOST_SHOWN = 20
# Before, -a corrected all that it could.
SAFE_CORRECTIONS = gem_version("0.87")
RUBY = (".rb", ".rake")
_COMMANDS = {"rubocop": "rubocop", "standard": "standardrb"}
_FIX = {"rubocop": "-a", "standard": "--fix"}


@dataclass(frozen=True)
class _Failed(Exception):
    """A linter that did not say what it thinks."""

    notice: Notice


def lint(plan: Plan, app: RailsApp, wanted: Lint) -> tuple[Notice, ...]:
    """Run the linter over the Ruby files that a plan has written, with the repo's configuration; what it says.

    wanted: ``fix`` lets it correct, where that is safe, the files that are wholly ours.
    """
    paths = [file.path for file in plan.writes if file.path.endswith(RUBY)]
    if not paths:
        return ()
    try:
        command = _command(app, plan.root)
        told: list[Notice] = []
        if wanted == "fix":
            told += _fix(command, [file.path for file in plan.writes if file.status != "insert"], app, plan.root)
        report = _run([*command, "--force-exclusion"], paths, plan.root)
    except _Failed as failed:
        return (failed.notice,)
    return (*told, *_offenses(_shown(command), report))


def _command(app: RailsApp, root: Path) -> list[str]:
    """How the repo's own linter is called: by its binstub, else through Bundler."""
    if app.linter is None:
        hint = "Leave out --lint and --format; --no-format is for where the app asks for it."
        raise _Failed(_not_run("the lockfile has neither RuboCop nor Standard", hint))
    name = _COMMANDS[app.linter]
    binstub = root / "bin" / name
    if binstub.is_file() and os.access(binstub, os.X_OK):
        return [f"bin/{name}"]
    if shutil.which("bundle") is None:
        why = f"there is no bin/{name} that can be executed, and no bundle on the PATH"
        raise _Failed(_not_run(why, f"Run {name} where the gems of the repo are installed."))
    return ["bundle", "exec", name]


def _fix(command: Sequence[str], paths: Sequence[str], app: RailsApp, root: Path) -> Iterator[Notice]:
    """Let it correct what is safe; the notice that says which files it has changed."""
    gem = app.gem("rubocop")
    if app.linter == "rubocop" and gem and gem.version < SAFE_CORRECTIONS:
        yield Notice(
            "lint-not-corrected",
            f"RuboCop {gem.text} does not know which corrections are safe, so that nothing was corrected.",
            "From RuboCop 0.87 on, --lint-fix can be had.",
        )
        return
    ruby = [path for path in paths if path.endswith(RUBY)]
    before = {path: _bytes(root / path) for path in ruby}
    if not before or app.linter is None:
        return
    _run([*command, _FIX[app.linter], "--force-exclusion"], ruby, root)
    changed = [path for path in ruby if _bytes(root / path) != before[path]]
    if changed:
        yield Notice("lint-corrected", f"{_shown(command)} has corrected {', '.join(changed)}.", "Look at the changes.")


def _bytes(path: Path) -> bytes:
    """What a file holds; nothing where it is gone."""
    with suppress(OSError):
        return path.read_bytes()
    return b""


def _run(command: Sequence[str], paths: Sequence[str], root: Path) -> dict[str, Any]:
    """What it says, as JSON."""
    shown = _shown(command)
    # Files, no pipes: a server that it starts, and leaves behind, may hold these open.
    with TemporaryFile() as out, TemporaryFile() as err:
        try:
            process = subprocess.Popen(  # noqa: S603 - the repo's own linter, which was asked for
                [*command, "--format", "json", *paths],
                cwd=root,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
                start_new_session=True,
            )
        except OSError as error:
            raise _Failed(_not_run(f"{shown} cannot be executed: {error.strerror}", "Run it by hand.")) from error
        _wait(process, shown)
        said, complaints = _text(out), _text(err)
    found = _document(said)
    if process.returncode not in {0, 1} or found is None:
        lines = (complaints or said).strip().splitlines()
        first = f": {lines[0][:200]}" if lines else ""
        raise _Failed(_not_run(f"{shown} ended with status {process.returncode}{first}", "Run it by hand."))
    return found


def _wait(process: subprocess.Popen[bytes], shown: str) -> None:
    """Wait for its end; what takes too long, or is to be stopped, ends with its children."""
    try:
        process.wait(LONGEST)
    except (subprocess.TimeoutExpired, KeyboardInterrupt) as error:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        why = "was stopped" if isinstance(error, KeyboardInterrupt) else f"did not end within {LONGEST} seconds"
        raise _Failed(_not_run(f"{shown} {why}", "The files are written; run it by hand.")) from None


def _text(file: IO[bytes]) -> str:
    file.seek(0)
    return file.read().decode("utf-8", "replace")


def _document(out: str) -> dict[str, Any] | None:
    """The report, which may stand behind warnings."""
    start = out.find('{"')
    with suppress(ValueError, RecursionError):
        document, _ = json.JSONDecoder().raw_decode(out, start)
        if isinstance(document, dict) and isinstance(document.get("files"), list):
            return document
    return None


def _offenses(shown: str, report: dict[str, Any]) -> Iterator[Notice]:
    """The notice about what is left."""
    lines = [line for file in report["files"] for line in _of_the_file(file)]
    if not lines:
        return
    more = [f"... and {len(lines) - MOST_SHOWN} more"] if len(lines) > MOST_SHOWN else []
    count = f"{len(lines)} offense{'s' if len(lines) > 1 else ''}"
    yield Notice("lint-offenses", f"{shown} finds {count} in what was written.", "\n".join(lines[:MOST_SHOWN] + more))


def _of_the_file(file: Any) -> Iterator[str]:
    for one in file.get("offenses", ()) if isinstance(file, dict) else ():
        place = one.get("location", {})
        line, column = place.get("start_line", place.get("line", 0)), place.get("start_column", place.get("column", 0))
        yield f"{file.get('path')}:{line}:{column}: {one.get('cop_name')}: {one.get('message')}"


def _shown(command: Sequence[str]) -> str:
    return " ".join(word for word in command if not word.startswith("-"))


def _not_run(why: str, hint: str) -> Notice:
    return Notice("lint-not-run", f"What was written was not linted: {why}.", hint)
