"""Where a new job goes: beside the jobs of its namespace, else into the part of the repo that its model is in."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from sidekiq_gen.memory import remembered
from sidekiq_gen.rails.code import fold
from sidekiq_gen.rails.house.jobs import JOB_FOLDERS
from sidekiq_gen.sourced import Sourced
from sidekiq_gen.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sidekiq_gen.rails.constants import Constants
    from sidekiq_gen.rails.house.jobs import JobFile


@dataclass(frozen=True)
class JobFolders:
    """The folders for jobs.

    jobs: those that are there. usual: the folder of a job about which nothing is known.
    """

    constants: Constants
    jobs: Sequence[JobFile]
    usual: Sourced[str]

    @remembered
    def folder_for(self, namespaces: tuple[str, ...], model: str | None) -> Sourced[str]:
        """The folder for a job in these namespaces, which is about a model or not."""
        for depth in range(len(namespaces), 0, -1):
            within = tuple(namespaces[:depth])
            beside = [job.folder for job in self.jobs if job.namespaces[:depth] == within]
            if beside:
                folder, count = Counter(beside).most_common(1)[0]
                if self.usual.origin == "settings" and self._unit(folder) == self._unit(self.usual.value):
                    return self.usual
                return Sourced(folder, "repo", f"{count} of {len(beside)} existing jobs of {'::'.join(within)}")
        unit = self._unit_of(namespaces, model)
        return self._folder_in(unit) if unit else self.usual

    @remembered
    def namespace(self, folder: str) -> str:
        """The module that the classes directly in a folder are in: as its jobs have it, else as they are loaded."""
        votes = [_namespace(job) for job in self.jobs if job.folder == folder]
        (said, count), *_ = Counter(votes).most_common(1) or [(None, 0)]
        if said is not None and count * 2 > len(votes):
            return said
        loaded = self.constants.repo.autoload.namespace(folder)
        return self.constants.name_of(loaded) if loaded else ""

    def _unit_of(self, namespaces: Sequence[str], model: str | None) -> str:
        """The part of the repo that the model is in, or else most of the constants of the outermost namespace."""
        path = self.constants.model_file(model) if model else None
        if path or not namespaces:
            return self._unit(path or "")
        outer = fold(namespaces[0])
        inside = Counter(
            self._unit(path) for path, name in self.constants.repo.app_files if f"{fold(name)}/".startswith(f"{outer}/")
        )
        (unit, count), *_ = inside.most_common(1) or [("", 0)]
        return unit if count * 2 > inside.total() else ""

    def _unit(self, path: str) -> str:
        return max((unit for unit in self.constants.repo.units if path.startswith(unit)), key=len)

    def _folder_in(self, unit: str) -> Sourced[str]:
        """The folder for jobs in a part of the repo: that of its jobs, else one that is there, else as elsewhere."""
        own = Counter(job.folder for job in self.jobs if self._unit(job.folder) == unit).most_common(1)
        usual = self.usual.value.rpartition("/app/")[2].removeprefix("app/").partition("/")[0]
        names = (usual, *JOB_FOLDERS)
        there = (f"{unit}app/{name}" for name in names if self.constants.repo.is_folder(f"{unit}app/{name}"))
        folder = own[0][0] if own else next(there, f"{unit}app/{usual}")
        return Sourced(folder, "repo", f"its model or namespace is in {unit.rstrip('/')}")


def _namespace(job: JobFile) -> str | None:
    """What is before the name that a job has by its place in its folder; None where it has another name."""
    place = job.path[len(job.folder) + 1 : -len(".rb")]
    above, own = job.name.split("::"), place.count("/") + 1
    return "::".join(above[:-own]) if fold("::".join(above[-own:])) == fold(place) else None
