"""How much `check --against` finds of what is put into real jobs: `python -m houses.changes FOLDER [REPO ...]`.

FOLDER holds git clones with a working tree that nobody minds: each is reset to its HEAD before and after. In each,
every job gets one change, in turn: so one comparison shows all of them.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from sidekiq_gen.check import nodes
from sidekiq_gen.check.parsing import parse
from sidekiq_gen.check.rule import Edit
from sidekiq_gen.deploys.against import compare
from sidekiq_gen.deploys.existing import existing, index_of
from sidekiq_gen.deploys.parameters import change
from sidekiq_gen.deploys.perform import read_perform
from sidekiq_gen.deploys.planning import edited
from sidekiq_gen.deploys.renaming import rename
from sidekiq_gen.deploys.rules.catalogue import RULES
from sidekiq_gen.errors import SidekiqGenError
from sidekiq_gen.rails.project import Where, detect_project

if TYPE_CHECKING:
    from collections.abc import Callable

    from sidekiq_gen.deploys.existing import Existing

MOST = 50  # of each change in all


def _renamed(job: Existing) -> bytes | None:
    name = nodes.field(job.job.node, "name")
    return edited(job.job.source.data, [Edit(name.end_byte, name.end_byte, "Planted")]) if name else None


def _removed(job: Existing) -> bytes | None:
    node = job.job.node
    return edited(job.job.source.data, [Edit(node.start_byte, node.end_byte, "")])


def _other_form(job: Existing) -> bytes | None:
    data = job.job.source.data
    found = re.subn(rb"include Sidekiq::(?:Job|Worker)\b", b"", data)
    name = nodes.field(job.job.node, "name")
    if found[1] != 1 or name is None or nodes.field(job.job.node, "superclass") is not None:
        return None
    return found[0][: name.end_byte] + b" < ApplicationJob" + found[0][name.end_byte :]


def _more(job: Existing) -> bytes | None:
    perform = read_perform(job)
    if not perform.parameters or perform.required < len(perform.parameters):
        return None
    end = perform.parameters[-1].end_byte
    return edited(job.job.source.data, [Edit(end, end, ", planted")])


def _fewer(job: Existing) -> bytes | None:
    perform = read_perform(job)
    if perform.required < 2 or perform.required < len(perform.parameters):
        return None
    start, end = perform.parameters[-2].end_byte, perform.parameters[-1].end_byte
    return edited(job.job.source.data, [Edit(start, end, "")])


def _reordered(job: Existing) -> bytes | None:
    perform = read_perform(job)
    if perform.required < 2:
        return None
    one, other = perform.parameters[:2]
    names = nodes.text(one), nodes.text(other)
    edits = [Edit(one.start_byte, one.end_byte, names[1]), Edit(other.start_byte, other.end_byte, names[0])]
    return edited(job.job.source.data, edits)


def _never_retried(job: Existing) -> bytes | None:
    if job.form != "sidekiq" or job.index.option(job.name, "retry") == "false":
        return None
    name = nodes.field(job.job.node, "superclass") or nodes.field(job.job.node, "name")
    text = "\n  sidekiq_options retry: false"
    last = job.job.macros("sidekiq_options")
    at = last[-1].end_byte if last else name.end_byte if name else None
    return None if at is None else edited(job.job.source.data, [Edit(at, at, text)])


PLANTED: dict[str, Callable[[Existing], bytes | None]] = {
    "job-renamed": _renamed,
    "job-removed": _removed,
    "job-changes-form": _other_form,
    "argument-required": _more,
    "argument-removed": _fewer,
    "argument-reordered": _reordered,
    "retry-off": _never_retried,
}


def plant(root: Path, planted: Counter[str], found: Counter[str]) -> list[str]:
    """Change the jobs of one repo; returns what was not found."""
    project = detect_project(Where(root=root), root)
    index = index_of(project)
    done: dict[str, tuple[str, str]] = {}
    codes = list(PLANTED)
    for one in (*index.jobs("sidekiq"), *index.jobs("active-job")):
        in_place = (
            len(index.classes[one.name]) == 1 and one.path not in done and not one.path.startswith(("spec/", "test/"))
        )
        if one.perform is None or not in_place:
            continue
        job = existing(one.name, project, index)
        for code in sorted(codes, key=lambda code: planted[code]):
            try:
                data = PLANTED[code](job) if planted[code] < MOST else None
            except SidekiqGenError:
                data = None
            if data is not None:
                (root / one.path).write_bytes(data)
                done[one.path] = (code, one.name)
                planted[code] += 1
                break
    told = compare(detect_project(Where(root=root), root), "HEAD", RULES)
    missed = []
    for path, (code, name) in done.items():
        if any(one.code == code and re.search(rf"\b{re.escape(name)}\b", one.message) for one in told):
            found[code] += 1
        else:
            missed.append(f"{root.name} {path} {code}")
    return missed


def take_steps(root: Path, taken: Counter[str]) -> list[str]:
    """Take the first step of renaming each job of a repo, then of adding an argument; returns what is not as it should.

    Every file has to be Ruby still, and `check --against` has to find nothing.
    """
    wrong = []
    for what in ("rename", "argument"):
        project = detect_project(Where(root=root), root)
        for one in index_of(project).jobs("sidekiq"):
            if one.perform is None or one.path.startswith(("spec/", "test/")):
                continue
            try:
                if what == "rename":
                    planned = rename(one.name, one.name.removesuffix("Job") + "PlantedJob", 1, project)
                else:
                    planned = change("add", one.name, "planted", None, project)
            except SidekiqGenError as error:
                taken[f"{what} refused: {error.code}"] += 1
                continue
            taken[what] += 1
            for file in planned.plan.files:
                (root / file.path).parent.mkdir(parents=True, exist_ok=True)
                (root / file.path).write_bytes(file.content)
                if parse(file.content).has_error and not (file.before and parse(file.before).has_error):
                    wrong.append(f"{root.name} {file.path}: no Ruby")
        told = compare(detect_project(Where(root=root), root), "HEAD", RULES)
        wrong += [f"{root.name} {one.path}: {one.code} after {what}" for one in told]
        subprocess.run(["git", "-C", str(root), "checkout", "--quiet", "--force", "HEAD"], check=True)
        subprocess.run(["git", "-C", str(root), "clean", "--quiet", "--force", "-d"], check=True)
    return wrong


def main(folder: Path, names: list[str]) -> None:
    planted: Counter[str] = Counter()
    found: Counter[str] = Counter()
    taken: Counter[str] = Counter()
    for root in sorted(folder / name for name in names) if names else sorted(folder.iterdir()):
        if (root / ".git").is_dir() and (root / "Gemfile.lock").exists():
            reset = ["git", "-C", str(root), "checkout", "--quiet", "--force", "HEAD"]
            if subprocess.run(reset, check=False, stderr=subprocess.DEVNULL).returncode:
                continue  # a copy without all of its files
            try:
                missed = [*plant(root, planted, found), *_reset_and(reset, root, taken)]
            except SidekiqGenError as error:
                missed = [f"{root.name}: {error.message}"]
            sys.stdout.write("".join(f"{one}\n" for one in missed))
            subprocess.run(reset, check=True)
    sys.stdout.write("".join(f"{code}\t{planted[code]}\t{found[code]}\n" for code in PLANTED))
    sys.stdout.write("".join(f"{what}\t{count}\n" for what, count in sorted(taken.items())))


def _reset_and(reset: list[str], root: Path, taken: Counter[str]) -> list[str]:
    subprocess.run(reset, check=True)
    return take_steps(root, taken)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
