"""What of `check` somebody wants to see: the flags that were typed, and what the file of the repo says."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from sidekiq_gen.check.baseline import FILE
from sidekiq_gen.check.configured import SETTINGS, TABLE
from sidekiq_gen.check.rules.catalogue import BY_CODE
from sidekiq_gen.check.selection import Exclude, Selection
from sidekiq_gen.cli.given import here
from sidekiq_gen.errors import InvalidInput
from sidekiq_gen.near import did_you_mean
from sidekiq_gen.quoting import shortened
from sidekiq_gen.reading import is_within
from sidekiq_gen.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from sidekiq_gen.check.rule import Rule, Severity
    from sidekiq_gen.rails.project import Project
    from sidekiq_gen.settings import SettingsFile
    from sidekiq_gen.sourced import Sourced


@dataclass(frozen=True)
class Typed:
    """The flags, as they were typed; a code may be several with commas between them."""

    only: list[str]
    excepted: list[str]
    also: list[str]
    severity: str | None
    paths: list[str]

    def words(self) -> list[str]:
        """The words of a command line that say the same."""
        lists = {"--only": self.only, "--except": self.excepted, "--also": self.also}
        told = [word for option, codes in lists.items() for code in codes for word in (option, code)]
        return [*self.paths, *told, *(["--severity", self.severity] if self.severity else [])]


def selection_of(typed: Typed, project: Project) -> Selection:
    """What is wanted: a flag goes before the key of the same name.

    Raises:
        InvalidInput: there is no such rule (``unknown-rule``, in the file ``invalid-settings``), or no such path in the
            repo (``invalid-path``).
    """
    file = project.app.settings
    if file.tables.keys() - {TABLE}:
        from sidekiq_gen.cli.defaults import read_defaults

        read_defaults(project)
    said = file.read(TABLE, SETTINGS)

    def chosen(flags: list[str], key: str) -> tuple[str, ...]:
        return tuple(_codes(flags, f"--{key}")) or tuple(_codes_of(file, said, key))

    severity: Severity = typed.severity or (said["severity"].value if "severity" in said else "note")  # type: ignore[assignment] # click lets nothing else through
    return Selection(
        chosen(typed.only, "only"),
        chosen(typed.excepted, "except"),
        chosen(typed.also, "also"),
        severity,
        tuple(_paths(typed.paths, project)),
        tuple(_excludes(file, said)),
        said["baseline"].value if "baseline" in said else FILE,
    )


def _codes(said: Iterable[str], where: str) -> Iterator[str]:
    """Yield the codes that a flag names.

    Raises:
        InvalidInput: there is no such rule: ``unknown-rule``.
    """
    for one in said:
        for code in _split(one):
            yield known(code, f"{where}: there")


def _codes_of(file: SettingsFile, said: Mapping[str, Sourced[Any]], key: str) -> Iterator[str]:
    """Yield the codes that a key of the file names.

    Raises:
        InvalidInput: there is no such rule: ``invalid-settings``.
    """
    for code in said[key].value if key in said else ():
        yield _in_the_file(code, file, key)


def _excludes(file: SettingsFile, said: Mapping[str, Sourced[Any]]) -> Iterator[Exclude]:
    for one in said["exclude"].value if "exclude" in said else ():
        glob, _, codes = one.partition(":")
        yield Exclude(glob.strip(), tuple(_in_the_file(code, file, "exclude") for code in _split(codes)))


def _in_the_file(code: str, file: SettingsFile, key: str) -> str:
    try:
        return known(code)
    except InvalidInput as error:
        raise file.wrong(TABLE, key, f"{key} names no rule that there is: {code!a}", error.hint) from None


def _split(text: str) -> list[str]:
    return [part for one in text.split(",") if (part := one.strip())]


def known(code: str, begin: str = "There") -> str:
    """A code that there is.

    Raises:
        InvalidInput: there is no such rule: ``unknown-rule``.
    """
    rules = every_rule(code)
    if code not in rules:
        raise InvalidInput(
            f"{begin} is no rule {code!a}.",
            hint=did_you_mean(code, rules, "See sidekiq-gen check --rules.", 2),
            code="unknown-rule",
        )
    return code


def every_rule(code: str = "") -> Mapping[str, Rule]:
    """The rules by code, those on changes among them; code: the one that is looked up, which may save loading these."""
    if code in BY_CODE:
        return BY_CODE
    from sidekiq_gen.deploys.rules.catalogue import BY_CODE as OF_CHANGES

    return {**BY_CODE, **OF_CHANGES}


def _paths(typed: Iterable[str], project: Project) -> Iterator[str]:
    """Yield the paths relative to the root; they are typed relative to the current folder."""
    root = os.path.realpath(project.app.root)
    for one in typed:
        real = os.path.realpath(here() / one) if "\0" not in one else ""
        if not real or not os.path.lexists(real):
            raise _invalid(f"There is no file or folder {shortened(one)}.", "Paths are relative to the current folder.")
        if not is_within(real, root):
            raise _invalid(f"{shortened(one)} is not in the repo, {shortened(root)}.", "--root names another repo.")
        yield os.path.relpath(real, root)


def _invalid(message: str, hint: str) -> InvalidInput:
    return InvalidInput(message, hint=hint, code="invalid-path")
