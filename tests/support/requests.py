"""Requests without a command line: what a test wants to render, as the value that rendering takes."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Any

from sidekiq_gen.job.resolve import all_flags, resolve_job
from sidekiq_gen.job.trial import value_of
from sidekiq_gen.rails.project import Where, detect_project
from sidekiq_gen.sourced import Sourced

if TYPE_CHECKING:
    from pathlib import Path

    from sidekiq_gen.flags import Answers
    from sidekiq_gen.job.request import JobRequest
    from sidekiq_gen.rails.project import Project
    from support.cases import Case
    from support.repos import Repo


def answers(line: str) -> Answers:
    """The answers of a command line: ``ChargeCustomer order:record --retry 3``."""
    flags = {flag.option: flag for flag in all_flags()}
    given: dict[str, Any] = {"arguments": []}
    words = shlex.split(line)
    while words:
        word = words.pop(0)
        flag = flags.get(word)
        if flag is None:
            given.setdefault("name", word) if "name" not in given else given["arguments"].append(word)
        elif flag.type == "switch":
            given[flag.parameter] = True
        else:
            text = words.pop(0)
            value: Any = text if flag.type == "list" else value_of(flag, text)
            given[flag.parameter] = [*given.get(flag.parameter, []), value] if flag.type == "list" else value
    return {name: Sourced(value, "flag") for name, value in given.items() if value != []}


def request_of(line: str, root: Path) -> JobRequest:
    """The request that a command line makes in a repo."""
    return resolve_job(answers(line), detect_project(Where(root=root), root))


def request_for(case: Case, folder: Path) -> JobRequest:
    """The request of a case; its repo is laid out in the folder, unless an equal one is there."""
    return resolve_job(answers(f"{case.job} {case.arguments}"), project_of(case.repo, folder))


_projects: dict[str, Project] = {}


def project_of(repo: Repo, folder: Path) -> Project:
    """A repo, laid out in the folder, which has to stay; one that equals it is laid out and read once for all."""
    made_of = repr(repo)
    if made_of not in _projects:
        root = repo.write(folder)
        _projects[made_of] = detect_project(Where(root=root), root)
    return _projects[made_of]
