"""The jobs and the specs that a house has, found by their folder and their text alone: not by what is measured."""

from __future__ import annotations

import os
import re
from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

_JOB_FOLDER = re.compile(r"(?:^|/)app/(?:[\w-]+/)*?(?:jobs|workers|sidekiq)(?:/|$)")
_SIDEKIQ = re.compile(r"^\s*include Sidekiq::(?:Job|Worker)\b", re.MULTILINE)
_CLASS = re.compile(r"^(?P<indent>[ ]*)class (?P<name>[\w:]+)(?: < (?P<base>[\w:]+))?", re.MULTILINE)
_AROUND = re.compile(r"^(?P<indent>[ ]*)(?:class|module) (?P<name>[\w:]+)", re.MULTILINE)
_WORK = re.compile(r"^\s*def (?:perform|each_iteration)\b", re.MULTILINE)
_LEFT_OUT = {".git", "node_modules", "vendor", "tmp", "log", "public", "coverage"}


@dataclass(frozen=True)
class RubyFile:
    """A Ruby file of a house: its path relative to the root of the app, and its text."""

    path: str
    text: str

    @cached_property
    def lines(self) -> list[str]:
        """Its lines, without line ends."""
        return self.text.splitlines()

    @cached_property
    def class_match(self) -> re.Match[str] | None:
        """The line that opens the class that does the work; the first one where none does."""
        work = _WORK.search(self.text)
        before = list(_CLASS.finditer(self.text, 0, work.start())) if work else []
        return before[-1] if before else _CLASS.search(self.text)

    @property
    def stem(self) -> str:
        """The name of the file without its ending."""
        return self.path.rpartition("/")[2].removesuffix(".rb")

    @property
    def folder(self) -> str:
        """Where it is."""
        return self.path.rpartition("/")[0]

    @cached_property
    def around(self) -> list[re.Match[str]]:
        """The lines that open the modules and classes around its class, from the outside in."""
        if not self.class_match:
            return []
        found, margin = [], len(self.class_match["indent"])
        for opened in reversed(list(_AROUND.finditer(self.text, 0, self.class_match.start()))):
            if len(opened["indent"]) < margin:
                margin = len(opened["indent"])
                found.append(opened)
        return found[::-1]

    @cached_property
    def class_name(self) -> str:
        """The full name of its class."""
        return (
            "::".join([*(opened["name"] for opened in self.around), self.class_match["name"]])
            if self.class_match
            else ""
        )

    @property
    def takes_arguments(self) -> bool:
        """Whether its work is given any."""
        return bool(re.search(r"^\s*def (?:perform|build_enumerator)[ (]+(?!\*|cursor|\))\S", self.text, re.MULTILINE))

    @property
    def namespace(self) -> str:
        """What its class is in: `Admin::Trends`; empty at the top."""
        return self.class_name.rpartition("::")[0]


def ruby_files(root: Path) -> list[RubyFile]:
    """All Ruby files below a root, but for what is not the house's own."""
    found = []
    for folder, folders, names in os.walk(root):
        folders[:] = sorted(set(folders) - _LEFT_OUT)
        found += [Path(folder, name) for name in sorted(names) if name.endswith(".rb")]
    return [RubyFile(path.relative_to(root).as_posix(), path.read_text("utf-8", errors="replace")) for path in found]


def own_jobs(files: list[RubyFile]) -> list[RubyFile]:
    """The classes that do work in a folder for jobs, or include Sidekiq elsewhere in app; without the base classes."""
    jobs = [file for file in files if _is_job(file)]
    bases = Counter(file.class_match["base"] for file in jobs if file.class_match and file.class_match["base"])
    return [file for file in jobs if not bases[file.class_name] and not bases[file.class_name.rpartition("::")[2]]]


def _is_job(file: RubyFile) -> bool:
    in_app = file.path.startswith("app/") or "/app/" in file.path
    placed = bool(_JOB_FOLDER.search(file.folder)) and "/concerns" not in file.folder
    return bool(in_app and file.class_match and _WORK.search(file.text) and (placed or _SIDEKIQ.search(file.text)))


def own_specs(files: list[RubyFile], jobs: list[RubyFile]) -> list[RubyFile]:
    """The specs and tests that are named after a job and run or name it."""
    names: dict[str, set[str]] = {}
    for job in jobs:
        for ending in ("_spec", "_test"):
            names.setdefault(job.stem + ending, set()).add(job.class_name.rpartition("::")[2])
    return [
        file
        for file in files
        if re.search(r"(?:^|/)(?:spec|test)/", file.path)
        and any(re.search(rf"\b{name}\b", file.text) for name in names.get(file.stem, ()))
        and "perform" in file.text
    ]
