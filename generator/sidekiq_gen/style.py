"""How a repo writes Ruby and where it puts its specs: values that rendering takes."""

from __future__ import annotations

from typing import Literal

from sidekiq_gen.values import dataclass

Quotes = Literal["double", "single"]
Logger = Literal["logger", "Rails.logger", "Sidekiq.logger"]
QueueLiteral = Literal["string", "symbol"]
JobModule = Literal["Sidekiq::Job", "Sidekiq::Worker"]
TestFramework = Literal["rspec", "minitest", "none"]
# What a job is: a class that includes Sidekiq::Job, or one of ActiveJob that Sidekiq runs.
Form = Literal["sidekiq", "active-job"]
Private = Literal["flush", "outdented", "indented"]
Shorthand = Literal["none", "always", "together"]
# A comma behind the last one: never, where each stands on a line of its own, where there are several lines, or where
# the last one ends its line.
Commas = Literal["none", "own_lines", "lines", "line_end"]


@dataclass(frozen=True)
class Layout:
    """Where the repo puts what Ruby leaves free. Templates are written in the default; the dialect is the last step.

    private: where it stands: ``flush`` with the methods, ``outdented`` to the class, or flush with the methods below it
        ``indented`` once more.
    airy_private: whether a blank line follows it.
    airy_include: whether a blank line stands between ``include`` and the options.
    spaced_hashes, spaced_arrays: whether braces and brackets of literals have spaces inside.
    spaced_parameters, spaced_defaults: whether there are spaces before the parameters of a block, and around the ``=``
        of a default.
    argument_commas, array_commas, hash_commas: what stands behind the last of them where there are several lines.
    aligned_arguments: whether arguments without brackets stand below each other where there are several lines.
    implicit_rescue: whether ``StandardError`` is left out.
    closed_raise: whether what is raised stands in brackets, and what a migration adds.
    brief_calls: whether ``call`` is left out: ``service.(order)``.
    refutes: whether a test says ``refute`` for ``assert_not``.
    shorthand: when ``id: id`` is ``id:``: never, always, or where all pairs next to each other can be.
    lists: whether ``create_list`` makes several records.
    unnamed_blocks: whether a block that is only handed on has no name.
    zip: whether ``zip`` makes arrays of one.
    documented: whether a comment above a class says what it is for.
    words: from how many words on an array of them is written with ``%w``; 0 for never.
    """

    private: Private = "flush"
    airy_private: bool = True
    airy_include: bool = True
    spaced_hashes: bool = True
    spaced_arrays: bool = False
    spaced_parameters: bool = True
    spaced_defaults: bool = True
    argument_commas: Commas = "none"
    array_commas: Commas = "none"
    hash_commas: Commas = "none"
    aligned_arguments: bool = True
    implicit_rescue: bool = False
    closed_raise: bool = False
    brief_calls: bool = False
    refutes: bool = False
    shorthand: Shorthand = "none"
    lists: bool = False
    unnamed_blocks: bool = False
    zip: bool = False
    documented: bool = False
    words: int = 0


@dataclass(frozen=True)
class SpecStyle:
    """How the repo writes its specs, likewise.

    place: the folder that stands for a folder of jobs: ``{tests}`` is ``spec`` or ``test``, ``{unit}`` what stands
    before ``app/`` (``packs/billing/``), ``{folder}`` what comes after it.
    helper: the file that a spec requires; empty where RSpec is told so elsewhere.
    bare: whether it says ``describe`` without its receiver.
    type: what its group says that it is: ``job`` for ``type: :job``; empty where it says nothing.
    negation: what an expectation is turned round with.
    group: what is around the examples that run the job: ``describe "#perform"``; empty for nothing.
    instance: what it calls the job that it runs. inline: whether it gives it no name where it only runs it.
    doubles, superclass, example: of a test of Minitest: what stubs methods, the class that it inherits from, how a test
    begins: with ``test`` or ``it`` and a description, or as a method.
    quotes, frozen_string_literal: None for those of the jobs.
    """

    place: str = "{unit}{tests}/{folder}"
    helper: str = "rails_helper"
    bare: bool = False
    type: str = ""
    negation: Literal["not_to", "to_not"] = "not_to"
    group: str = ""
    instance: str = "job"
    inline: bool = False
    doubles: Literal["minitest", "mocha"] = "minitest"
    superclass: str = "ActiveSupport::TestCase"
    example: Literal["test", "it", "def"] = "test"
    quotes: Literal["double", "single"] | None = None
    frozen_string_literal: bool | None = None


@dataclass(frozen=True)
class Style:
    """How the repo writes Ruby: what rendering takes instead of spelling it out in each template.

    compact: whether a class has its namespaces before its own name instead of around it.
    first_option: which of the two stands first in ``sidekiq_options``.
    logger: what a job logs with.
    """

    quotes: Literal["double", "single"]
    frozen_string_literal: bool
    queue_literal: Literal["string", "symbol"]
    job_module: Literal["Sidekiq::Job", "Sidekiq::Worker"] | None
    width: int = 120
    compact: bool = False
    first_option: Literal["queue", "retry"] = "queue"
    logger: Literal["logger", "Rails.logger", "Sidekiq.logger"] = "logger"
    layout: Layout = Layout()
    spec: SpecStyle = SpecStyle()


def test_path(test: TestFramework, directory: str, file_stem: str, style: SpecStyle) -> str | None:
    """Where the spec of a job class goes; None when there is none."""
    if test == "none":
        return None
    tests, ending = ("spec", "_spec.rb") if test == "rspec" else ("test", "_test.rb")
    before, _, after = f"/{directory}/".rpartition("/app/")
    unit = before.strip("/")
    folder = style.place
    for name, part in (("{tests}", tests), ("{unit}", f"{unit}/" if unit else ""), ("{folder}", after.strip("/"))):
        folder = folder.replace(name, part)
    return f"{folder.rstrip('/')}/{file_stem}{ending}"
