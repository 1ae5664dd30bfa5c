"""What was decided about files that are there already, on the command line or in the menu, and how a line says it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sidekiq_gen.errors import InvalidInput
from sidekiq_gen.values import dataclass, replace

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sidekiq_gen.changes.plan import Plan, PlannedFile, Status
    from sidekiq_gen.notices import Notice

_YES = frozenset({"force", "remove"})


@dataclass(frozen=True)
class Decided:
    """The options that decide about conflicts.

    force, skip: all of them. overwrite, keep: the files with these paths, relative to the root, as they are printed.
    """

    force: bool = False
    skip: bool = False
    overwrite: tuple[str, ...] = ()
    keep: tuple[str, ...] = ()

    @classmethod
    def of(cls, *, force: bool, skip: bool, overwrite: Sequence[str] | None, keep: Sequence[str] | None) -> Decided:
        """Read the options.

        Raises:
            InvalidInput: two of them contradict each other.
        """
        found = cls(force, skip, *(tuple(dict.fromkeys(paths or ())) for paths in (overwrite, keep)))
        if force and skip:
            raise InvalidInput("--force and --skip contradict each other.", hint="Pass one of them.", code="usage")
        if skip and found.overwrite:
            raise InvalidInput(
                "--skip and --overwrite contradict each other.",
                hint="Pass --force, and --keep with each file that is to stay as it is.",
                code="usage",
            )
        both = next((path for path in found.overwrite if path in found.keep), None)
        if both is not None:
            raise InvalidInput(
                f"--overwrite and --keep contradict each other: {both}.", hint="Pass one of them.", code="usage"
            )
        return found

    def settle(self, plan: Plan) -> Plan:
        """The plan with what the options say about single files.

        Raises:
            InvalidInput: they name a file that is not in the plan (``unknown-file``).
        """
        if not (self.overwrite or self.keep):
            return plan
        paths = {file.path for file in plan.files}
        unknown = next((path for path in (*self.overwrite, *self.keep) if path not in paths), None)
        if unknown is not None:
            option = "--overwrite" if unknown in self.overwrite else "--keep"
            raise InvalidInput(
                f"{option} {unknown!a}: this run has no such file.",
                hint=f"It has {', '.join(sorted(paths)[:5])}." if paths else "It has none.",
                code="unknown-file",
            )
        return plan.with_files({file.path: self._settled(file) for file in plan.files})

    def _settled(self, file: PlannedFile) -> PlannedFile:
        yes: Status = "remove" if file.goes else "force"
        if file.path in self.overwrite and file.status == "conflict":
            return replace(file, status=yes)
        if file.path in self.keep and file.status in {"conflict", "force"}:
            return replace(file, status="skip")
        return file

    def words(self, asked: Plan, answered: Plan, notices: Sequence[Notice]) -> list[str]:
        """The words of a command line that decide the same without asking.

        asked, answered: the plan with conflicts, and the same once each was decided about. A file that went through
        the merge tool is kept: no command line can repeat that.
        """
        given = [*(["--force"] if self.force else []), *(["--skip"] if self.skip else [])]
        given += [word for path in self.overwrite for word in ("--overwrite", path)]
        given += [word for path in self.keep for word in ("--keep", path)]
        return given + list(_answers(asked, answered, notices))


def merged(asked: Plan, answered: Plan) -> list[str]:
    """The paths of the files that the merge tool has made something else of."""
    return [one.path for one, other in zip(asked.files, answered.files, strict=True) if one.text != other.text]


def _answers(asked: Plan, answered: Plan, notices: Sequence[Notice]) -> Iterator[str]:
    """What was said in the menu: one word where it is the same for all, and nothing else follows from that word."""
    by_hand = merged(asked, answered)
    paths = {file.path for file in asked.conflicts}
    yes = {file.path: file.status in _YES and file.path not in by_hand for file in answered.files if file.path in paths}
    also_child = any(notice.code == "child-exists" for notice in notices)  # which --force overwrites as well
    inserts = any(file.status == "insert" for file in asked.files)  # which --skip leaves out
    if not yes:
        return
    if all(yes.values()) and not also_child:
        yield "--force"
    elif not any(yes.values()) and not inserts:
        yield "--skip"
    else:
        for path, overwritten in yes.items():
            yield from ("--overwrite" if overwritten else "--keep", path)
