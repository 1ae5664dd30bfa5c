"""The only writer: every file of a plan, or none."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from sidekiq_gen.changes.folders import opened
from sidekiq_gen.changes.lock import is_fresh, locked
from sidekiq_gen.changes.names import JOURNAL
from sidekiq_gen.changes.places import Places
from sidekiq_gen.changes.plan import Plan, PlannedFile, contents, plan_record
from sidekiq_gen.changes.recovery import recover_held
from sidekiq_gen.changes.signals import held
from sidekiq_gen.changes.transaction import Transaction, changed
from sidekiq_gen.errors import Refused, SidekiqGenError
from sidekiq_gen.values import dataclass, replace

if TYPE_CHECKING:
    from sidekiq_gen.changes.signals import Hold
    from sidekiq_gen.notices import Notice


@dataclass(frozen=True)
class Applied:
    """What was done.

    plan: as it was carried out, with ``identical`` for each file that another run had written already.
    record: what became of the file in which it is written down; None where there is none.
    notices: what was found on the way.
    """

    plan: Plan
    record: PlannedFile | None = None
    notices: tuple[Notice, ...] = ()

    @property
    def steps(self) -> tuple[PlannedFile, ...]:
        """Every file that was written or removed."""
        return (*self.plan.steps, *((self.record,) if self.record and self.record.is_step else ()))


def apply(plan: Plan, hold: Hold | None = None) -> Applied:
    """Write and remove the files of `plan` that are to be written or removed, or leave the tree as it was.

    When anything goes wrong on the way, or the user stops it, everything is undone and the reason is raised; when this
    process is killed, the next run undoes it. `transaction` says how.
    hold: holds the signals back already, and longer than this takes; by default they are held while this writes.
    Raises Refused: ``cannot-write``, ``changed-meanwhile`` (what the plan saw is no longer what is there), ``locked``
    (another run writes), ``not-a-journal``, ``not-recovered``, ``cannot-undo`` (the next run is to undo it), and what
    `plan_changes` raises. Raises DecisionNeeded while the plan has conflicts, also with what appeared since.
    """
    plan.require_decisions()
    if not plan.steps and not os.path.lexists(plan.root / JOURNAL):
        settled = _settled(plan)  # what is identical may have been written by a run that is undone by now
        if not settled.steps:
            return settled
    if hold is not None:
        return _apply(plan, hold)
    with held() as own:
        return _apply(plan, own)


def _apply(plan: Plan, hold: Hold) -> Applied:
    notices: tuple[Notice, ...] = ()
    try:
        with opened(plan.root) as root:
            while True:
                with locked(root, hold.heed) as descriptor:
                    if not is_fresh(descriptor):
                        notices += recover_held(root, descriptor)
                        continue
                    try:
                        settled = _settled(plan)
                        if settled.steps:
                            Transaction(root, settled.steps, descriptor, hold).run()
                    except SidekiqGenError as error:
                        error.notices = notices  # of a run that was killed since the plan was made
                        raise
                    return replace(settled, notices=notices)
    except OSError as error:
        raise Refused(
            f"{plan.files[0].path if plan.files else '.'} cannot be written: {error.strerror or error}.",
            hint=f"Nothing was written. While files are written, {JOURNAL} has to be in the root of the repo.",
            code="cannot-write",
        ) from error


def _settled(plan: Plan) -> Applied:
    """What is to be done for what is there now that no other run can change it."""
    places = Places(plan.root)
    plan = replace(plan, files=tuple(file if file.status == "skip" else _as_it_is(file, places) for file in plan.files))
    plan.require_decisions()
    return Applied(plan, plan_record(plan, places))


def _as_it_is(file: PlannedFile, places: Places) -> PlannedFile:
    now = contents(file.path, places.find(file.path))
    if now == file.before:
        return file
    if file.status != "remove" and now == file.content:
        return replace(file, status="identical", before=now)
    if file.status == "create":
        return replace(file, status="conflict", before=now)
    if file.status == "identical" and now is None:
        return replace(file, status="create", before=None)
    raise changed(file)
