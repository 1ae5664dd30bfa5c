"""Renaming a job in three deploys, so that no payload ever names a class that its worker does not have.

1. The class gets its new name, and the old name stays, as a class that inherits everything. Whoever pushes pushes the
   old one still: old workers know no other.
2. Callers and schedules push the new one, which every worker knows by now.
3. The old class goes, once no payload of it is left.

The old name is a subclass and not another constant for the same class: what is pushed by such a constant is called
after the class (sidekiq v8.1.7 lib/sidekiq/job_util.rb:54, ``item["class"].to_s``), so it would carry the new name
to workers that do not know it. A subclass keeps its name in payloads, retries and the keys of locks, takes options,
retry blocks and perform from the new class (lib/sidekiq/job.rb:71-100), and Zeitwerk finds it in its own file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from sidekiq_gen.check import nodes
from sidekiq_gen.deploys.existing import Existing, constants, find_job, index_of, test_of, with_suffix_of
from sidekiq_gen.deploys.handover import handing_over, moved_test, test_of_handing_over
from sidekiq_gen.deploys.moving import heads, path_of
from sidekiq_gen.deploys.planning import Planned, edited, plan_files, refuse_existing
from sidekiq_gen.deploys.records import Renamed
from sidekiq_gen.deploys.references import References, find_references
from sidekiq_gen.errors import InvalidInput, Refused
from sidekiq_gen.notices import Notice
from sidekiq_gen.record.book import FILE
from sidekiq_gen.regex import regex
from sidekiq_gen.sidekiq.gems import UNIQUE_JOBS
from sidekiq_gen.values import replace

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sidekiq_gen.check.index import Index
    from sidekiq_gen.rails.project import Project

Step = Literal[1, 2, 3]
MOST_NAMED = 20
_CLASS_NAME = regex(r"self\.class\.(?:name|to_s)\b|#\{self\.class\}")
# A console has the API only where something has required it.
_LEFT = (
    'require "sidekiq/api"; '
    "[*Sidekiq::Queue.all, Sidekiq::ScheduledSet.new, Sidekiq::RetrySet.new, Sidekiq::DeadSet.new]"
    '.sum {{ |jobs| jobs.count {{ |job| job.display_class == "{}" }} }}'
)


def rename(old: str, new: str, step: Step, project: Project) -> Planned:
    """What a step of renaming a job writes; only reads the disk.

    old, new: as typed.

    Raises:
        InvalidInput, Refused: it cannot be done, or not with certainty.
    """
    index = index_of(project)
    job = find_job(old, project, index)
    name = with_suffix_of(job.name, constants(new, project.app)[0])
    if name == job.name:
        raise InvalidInput(f"{name} is its name already.", hint="Give another one.", code="invalid-name")
    if step == 1:
        return _first(job, name, project, index)
    _refuse_unprepared(job, name, index)
    return _second(job, name, project, index) if step == 2 else _third(job, name, project, index)  # noqa: PLR2004


def count_left(name: str) -> str:
    """Ruby for a console that counts the payloads of a class, dead ones among them."""
    return _LEFT.format(name)


def _first(job: Existing, new: str, project: Project, index: Index) -> Planned:
    if new in index.classes:
        raise Refused(
            f"{new} is there already, in {index.classes[new][0].path}.",
            hint=f"Choose another name, or go on with --step 2 if {job.name} hands over to it.",
            code="class-exists",
        )
    path = path_of(job, new)
    texts: dict[str, bytes | None] = {
        path: edited(job.job.source.data, [*heads(job, new, index)]),
        job.path: handing_over(job, new),
    }
    moved = {job.path: path}
    if job.test:
        folder, ending = ("spec/", "_spec.rb") if job.test.endswith("_spec.rb") else ("test/", "_test.rb")
        test = test_of(path, folder, ending)
        moved[job.test] = test
        texts[test] = moved_test(job, new, index)
        texts[job.test] = test_of_handing_over(job, new)
    refuse_existing([*moved.values()], project.app.root)
    then = ("step-2", f"deploy this, then have callers push it: sidekiq-gen rename {job.name} {new} --step 2")
    notices = [*_of_first(job), *_of_locks(job, project, index)]
    plan = plan_files(project.app.root, texts)
    if project.app.repo.is_file(FILE):
        plan = replace(plan, record=Renamed(job.name, new, moved))
    return Planned(plan, tuple(notices), new, (then,))


def _of_first(job: Existing) -> Iterator[Notice]:
    """What a subclass does not share."""
    text = nodes.text(job.job.node)
    if _CLASS_NAME.search(text):
        yield Notice(
            "uses-its-name",
            f"{job.name} asks for the name of its class, which is another one for payloads of the old name.",
            "If it is part of a key or a lock, write the old name there as a string.",
        )
    own_state = [one for one in job.job.body if one.type == "assignment" and nodes.text(one).startswith("@")]
    if own_state or any(one.type == "singleton_class" and "@" in nodes.text(one) for one in job.job.body):
        yield Notice(
            "class-variables",
            f"{job.name} keeps variables of its class, which a subclass does not share.",
            "Read them from the new class by its name, or use class_attribute.",
        )


def _of_locks(job: Existing, project: Project, index: Index) -> Iterator[Notice]:
    """What happens to unique locks. Source: sidekiq-unique-jobs v8.1.0 lib/sidekiq_unique_jobs/lock_digest.rb:65."""
    locked = index.option(job.name, "lock") if project.app.gem(UNIQUE_JOBS) else None
    if locked and index.option(job.name, "unique_across_workers") != "true":
        yield Notice(
            "lock-digest",
            f"The key of its lock ({locked}) contains the class: a lock of {job.name} does not exclude pushes of the "
            "new name, from step 2 until those that wait have run.",
            "Be sure that perform can run twice for that time.",
        )


def _refuse_unprepared(job: Existing, new: str, index: Index) -> None:
    """Refuse to go on where the old class does not hand over.

    Raises:
        Refused: ``not-handed-over``.
    """
    own = index.classes[job.name][0]
    parent = index.resolve(own.superclass, own.nesting) if own.superclass else ""
    if parent != new or own.perform is not None:
        raise Refused(
            f"{job.name} does not hand over to {new} yet.",
            hint=f"Deploy the first step before: sidekiq-gen rename {job.name} {new}.",
            code="not-handed-over",
        )


def _references(job: Existing, new: str, index: Index) -> References:
    own = frozenset({job.path, *([job.test] if job.test else [])})
    return find_references(job.name, new, job.app, index, own)


def _second(job: Existing, new: str, project: Project, index: Index) -> Planned:
    found = _references(job, new, index)
    texts: dict[str, bytes | None] = {
        path: edited(project.app.repo.data(path) or b"", edits) for path, edits in found.edits.items()
    }
    notices = [*_unsure(job.name, found), *_of_locks(job, project, index)]
    if not texts:
        notices.append(
            Notice("nothing-to-rename", f"Nothing here names {job.name} with certainty.", "Look at what is listed.")
        )
    then = (
        ("step-3", f"deploy this; once no payload is left: sidekiq-gen rename {job.name} {new} --step 3"),
        ("count", f"count payloads in a console: {count_left(job.name)}"),
    )
    return Planned(plan_files(project.app.root, texts), tuple(notices), new, then)


def _third(job: Existing, new: str, project: Project, index: Index) -> Planned:
    found = _references(job, new, index)
    if found.lines:
        raise Refused(
            f"{job.name} is still named in {_some(found.lines)}.",
            hint=f"Change these first: sidekiq-gen rename {job.name} {new} --step 2.",
            code="still-named",
        )
    texts: dict[str, bytes | None] = {job.path: None}
    if job.test:
        texts[job.test] = None
    notices = [
        *_unsure(job.name, found),
        Notice(
            "jobs-in-redis",
            f"Jobs of {job.name} that are still enqueued, scheduled or to be retried fail once the class is gone.",
            f"Count them in a console first: {count_left(job.name)}",
        ),
    ]
    return Planned(plan_files(project.app.root, texts), tuple(notices), new)


def _unsure(name: str, found: References) -> Iterator[Notice]:
    if found.unsure:
        yield Notice(
            "still-named",
            f"{name} also stands in {_some(found.unsure)}.",
            "Whether the class is meant there is not certain: look at each.",
        )


def _some(places: list[str]) -> str:
    more = f" and {len(places) - MOST_NAMED} more" if len(places) > MOST_NAMED else ""
    return f"{', '.join(places[:MOST_NAMED])}{more}"
