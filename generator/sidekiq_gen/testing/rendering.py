"""Cases become texts: each place is laid out once, in a folder that is removed in the end."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from sidekiq_gen.errors import InvalidInput, Refused
from sidekiq_gen.flags import answer
from sidekiq_gen.job.active_job import FORM
from sidekiq_gen.job.pipeline import command_line
from sidekiq_gen.job.rendering import render
from sidekiq_gen.job.resolve import resolve_job
from sidekiq_gen.rails.project import Where, detect_project
from sidekiq_gen.sourced import Sourced

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from sidekiq_gen.flags import Answers
    from sidekiq_gen.job.request import JobRequest
    from sidekiq_gen.rails.project import Project
    from sidekiq_gen.testing.cases import Case
    from sidekiq_gen.testing.levels import Level
    from sidekiq_gen.testing.places import Place

SOME_VERSION = "1.0.0"  # of a gem of which a pack only says that it has to be there


@contextmanager
def workspace(
    gems: Iterable[str] = (),
    files: Mapping[str, str] | None = None,
    prepare: Callable[[Project], Project] = lambda project: project,
) -> Iterator[Workspace]:
    """A folder for repos, which is removed in the end.

    gems: that each of them has besides. files: likewise, path -> text: the templates of a repo. prepare: what is done
    with the project of each before it is asked anything: a pack is chosen.
    """
    with TemporaryDirectory(prefix="sidekiq-gen-check-") as folder:
        yield Workspace(Path(folder), dict.fromkeys(gems, SOME_VERSION), dict(files or {}), prepare)


class Workspace:
    """The repos that cases are rendered for, below a folder."""

    def __init__(
        self, folder: Path, gems: Mapping[str, str], files: Mapping[str, str], prepare: Callable[[Project], Project]
    ) -> None:
        self._folder = folder
        self._gems = gems
        self._files = files
        self._prepare = prepare
        self._projects: dict[str, Project] = {}

    def project(self, place: Place) -> Project:
        """The project of a place.

        Raises:
            Refused: the templates of the repo cannot be read.
        """
        if place.name not in self._projects:
            root = self._folder / f"repo-{len(self._projects)}"
            repo = place.repo
            repo.but(gems={**self._gems, **repo.gems}, files={**repo.files, **self._files}).write(root)
            self._projects[place.name] = self._prepare(detect_project(Where(root=root), root))
        return self._projects[place.name]

    def can_be_had(self, place: Place, said: Level) -> bool:
        """Whether a job of these answers can be had there.

        Raises:
            BrokenTemplate: a template cannot be used.
        """
        return self._request(place, said) is not None

    def render(self, case: Case) -> tuple[str, dict[str, str]] | None:
        """The command line of a case, and its files by path; None where such a job cannot be had.

        Raises:
            BrokenTemplate: a template cannot be used.
        """
        request = self._request(case.place, case.said)
        if request is None:
            return None
        texts = render(request) + (render(request.child) if request.child else [])
        app = self.project(case.place).app
        line = command_line(_answers(case.said), Where(), request, app)
        return line.removesuffix(" --no-input"), dict(texts)

    def _request(self, place: Place, said: Level) -> JobRequest | None:
        answers = _answers(said)
        try:
            return resolve_job(answers, self.project(place).writing(answer(answers, FORM.parameter)))
        except (InvalidInput, Refused):
            return None


def _answers(said: Level) -> Answers:
    return {name: Sourced(list(value) if isinstance(value, tuple) else value, "flag") for name, value in said.items()}
