"""How a repo writes Ruby and where it puts its specs: values that rendering takes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Quotes = Literal["double", "single"]
JobModule = Literal["Sidekiq::Job", "Sidekiq::Worker"]
TestFramework = Literal["rspec", "minitest", "none"]


@dataclass(frozen=True)
class Layout:
    """Where the repo puts what Ruby leaves free. Templates are written in the default; the dialect is the last step."""


@dataclass(frozen=True)
class SpecStyle:
    """How the repo writes its specs, likewise."""


@dataclass(frozen=True)
class Style:
    """How the repo writes Ruby: what rendering takes instead of spelling it out in each template.

    compact: whether a class has its namespaces before its own name instead of around it.
    """

    quotes: Literal["double", "single"]
    frozen_string_literal: bool
    queue_literal: Literal["string", "symbol"]
    job_module: Literal["Sidekiq::Job", "Sidekiq::Worker"] | None
    width: int = 120
    compact: bool = False
    layout: Layout = Layout()
    spec: SpecStyle = SpecStyle()


def test_path(test: TestFramework, directory: str, file_stem: str) -> str | None:
    """Where the spec of a job class goes: the same place under ``spec`` or ``test``; None when there is none."""
    if test == "none":
        return None
    folder, ending = ("spec", "_spec.rb") if test == "rspec" else ("test", "_test.rb")
    before, _, after = f"/{directory}/".rpartition("/app/")
    parts = (before.strip("/"), folder, after.strip("/"), file_stem)
    return "/".join(part for part in parts if part) + ending
