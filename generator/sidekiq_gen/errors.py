"""What can go wrong, and what the user is told about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sidekiq_gen.notices import Notice


class SidekiqGenError(Exception):
    """A run that ends without writing anything.

    message: one sentence that says what is wrong, for a person.
    hint: one sentence that says what to do about it.
    code: a stable kebab-case word for programs, for example ``no-lockfile``.
    exit_status: 1, unless a subclass says otherwise.
    notices: what had been done or seen before, and was not said yet. said: what was, and belongs into its document.
    files: what it is about, as paths relative to the root with a status each.
    """

    exit_status = 1

    def __init__(self, message: str, *, hint: str, code: str) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.code = code
        self.notices: tuple[Notice, ...] = ()
        self.said: tuple[Notice, ...] = ()
        self.files: tuple[tuple[str, str], ...] = ()


class Refused(SidekiqGenError):
    """What was asked for cannot be had here."""


class InvalidInput(SidekiqGenError):
    """A value that makes no sense on any release: the usage exit status of the contract."""

    exit_status = 2


class DecisionNeeded(SidekiqGenError):
    """A person would have been asked, but there is no terminal."""

    exit_status = 3


class Quit(SidekiqGenError):
    """The user said no."""


class Interrupted(SidekiqGenError):
    """The user pressed Ctrl-C, or the process was to end, before anything was written."""

    exit_status = 130

    def __init__(self) -> None:
        super().__init__("Interrupted; nothing was written.", hint="", code="interrupted")


class BrokenTemplate(SidekiqGenError):
    """A template that cannot be used: it is missing, or fills what there is not.

    line: from 1; None where the fault is not on one.
    """

    def __init__(self, path: str, fault: str, line: int | None = None) -> None:
        place = f"{path}, line {line}," if line else path
        super().__init__(
            f"The template {place} {fault}.",
            hint="Put the template right; docs/templates.md lists what one can fill.",
            code="broken-template",
        )


class Defect(SidekiqGenError):
    """Something that nobody has thought of.

    written: whether the files are there by now.
    """

    def __init__(self, error: Exception, *, written: bool) -> None:
        done = "The files were written." if written else "Nothing was written."
        super().__init__(
            f"Unexpected error: {type(error).__name__}: {error}",
            hint=f"Run it again with SIDEKIQ_GEN_DEBUG=1 and report what it prints. {done}",
            code="defect",
        )
