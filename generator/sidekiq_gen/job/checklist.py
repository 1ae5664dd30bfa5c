"""What is to be seen to before a job is deployed: what this one satisfies, and what is left to its developer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sidekiq_gen.job.kinds.catalogue import KIND_BY_NAME
from sidekiq_gen.job.patterns.catalogue import pattern_of
from sidekiq_gen.job.patterns.check_then_act import CheckThenAct
from sidekiq_gen.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from sidekiq_gen.job.request import JobContext, JobRequest


# What a job does by a column of its table, and what its spec sees there.
_BY_COLUMNS = frozenset({"idempotent", "tested"})
SPEC = {"rspec": "spec", "minitest": "test"}


@dataclass(frozen=True)
class Item:
    """One line of the list.

    name: a stable kebab-case word for programs. text: a few words, with the flag that would see to it where it is left.
    """

    name: str
    satisfied: bool
    text: str

    def as_dict(self) -> dict[str, object]:
        """As it stands in a JSON document."""
        return {"name": self.name, "satisfied": self.satisfied, "text": self.text}


def kept(items: Sequence[Item], job_path: str, test_path: str | None, ours: Collection[str]) -> list[Item]:
    """What of a list is true of the files that are there: nothing is known of one that somebody else wrote.

    job_path, test_path: of the job that the list is about. ours: the paths of the files that hold what was rendered.
    """
    if job_path not in ours:
        return []
    return [item for item in items if item.name != "tested" or not item.satisfied or test_path in ours]


def checklist(request: JobRequest, missing: Sequence[str] = (), *, migrated: bool = False) -> tuple[Item, ...]:
    """The list for the job that does the work: for a fan-out, the one it enqueues for each record.

    missing: the columns that the job needs and that its table is known not to have. migrated: whether a migration of
    the same run adds them.
    """
    return tuple(_items(request.child or request, missing, migrated=migrated))


def _items(request: JobRequest, missing: Sequence[str], *, migrated: bool) -> Iterator[Item]:
    """Each line with the words of the kind or pattern that satisfies it, else with what is left to do.

    The kind has the last word: what it says about a line is more exact than what a pattern says. Nothing is satisfied
    that needs a column which is not there.
    """
    context = request.context
    kind = KIND_BY_NAME[context.kind]
    done = {
        "version": f"written for Sidekiq {context.release.text}",
        "small-arguments": _arguments(context),
    }
    for chosen in request.patterns:
        done |= pattern_of(chosen).satisfies(chosen.settings)
    done |= kind.satisfies(request.kind_settings)
    if request.test != "none" and (effect := _effect(request)):
        done["tested"] = f"its {SPEC[request.test]} sees {effect}, without Redis"
    for name, left in _lines(request).items():
        if name in done and missing and name in _BY_COLUMNS:
            yield Item(name, satisfied=False, text=_before_that(name, done[name], missing, migrated=migrated))
        elif name in done:
            yield Item(name, satisfied=True, text=done[name])
        elif left:
            yield Item(name, satisfied=False, text=left)


def _before_that(name: str, then: str, missing: Sequence[str], *, migrated: bool) -> str:
    """What is to be done before a line is true that needs columns which are not there."""
    if name == "tested":
        return f"run its tests then: {then}"
    what = "run bin/rails db:migrate" if migrated else f"add {' and '.join(missing)} to the table (--migration)"
    return f"{what}: {then} from then on"


def _arguments(context: JobContext) -> str:
    if not context.arguments:
        return "takes no arguments"
    if context.form == "active-job":
        return "takes records by their GlobalID" if context.records else "takes what ActiveJob can carry"
    return "takes ids, no records" if context.record else "takes what JSON can carry"


def _effect(request: JobRequest) -> str:
    """What a spec can see of the work without knowing it; empty for nothing."""
    if request.calls:
        return f"what {request.calls.name} is handed"
    marked = request.has(CheckThenAct) or getattr(request.kind_settings, "mark", None) is not None
    return "the mark that the work leaves" if marked else ""


def _lines(request: JobRequest) -> dict[str, str]:
    """Every line there can be, in order, with what is said of it where it is left; empty for nothing."""
    kind = request.context.kind
    single = kind in {"record", "plain"} and request.context.database != "sqlite"
    return {
        "version": "",
        "idempotent": f"make the work idempotent{' (--check-then-act)' if kind in {'record', 'backfill'} else ''}",
        "small-arguments": "",
        "deleted-records": "",
        "never-loads-all": "",
        "permanent-errors": "permanent errors (--discard-on)",
        "external-calls": "" if kind == "backfill" else "give calls to other services a key (--idempotency-key)",
        "concurrency": f"let only one run at a time do the work{' (--advisory-lock)' if single else ''}",
        "tested": f"say in its {SPEC[request.test]} what the work changes"
        if request.test != "none"
        else "its spec (--test)",
    }
