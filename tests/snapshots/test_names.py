"""The names of the rendered Ruby: those that meet an argument or a record are declared by the templates."""

from __future__ import annotations

import json
import re
import subprocess
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import inflection
import pytest

from sidekiq_gen.job.mark import Mark
from sidekiq_gen.job.names import Taken, taken_names
from sidekiq_gen.job.patterns.catalogue import PATTERNS
from sidekiq_gen.job.patterns.check_then_act import CheckThenAct
from sidekiq_gen.job.rendering import render_job, render_test
from sidekiq_gen.reserved import KEYWORDS
from sidekiq_gen.ruby.environment import NAMES, environment
from sidekiq_gen.ruby.templates import declared_names
from support.cases import Case, all_cases
from support.requests import request_for
from support.tools import require

if TYPE_CHECKING:
    from sidekiq_gen.job.request import JobRequest

READER = Path(__file__).parent / "identifiers.rb"


Scope: TypeAlias = "dict[str, list[str]]"


def scopes_of(texts: dict[str, str]) -> dict[str, list[Scope]]:
    """By name of a text, what Ruby's own lexer sees in its methods, and outside of them: see identifiers.rb."""
    done = subprocess.run(
        [require("ruby", "apt-get install ruby"), READER],
        input=json.dumps(texts),
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    found: dict[str, list[Scope]] = json.loads(done.stdout)
    return found


@dataclass(frozen=True)
class Known:
    """One request of a case, and what it is rendered to."""

    case: Case
    request: JobRequest
    job: str
    test: str


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory) -> list[Known]:
    """Every case with its request, and the job that it enqueues as a request of its own."""
    found = []
    for case in all_cases():
        request = request_for(case, tmp_path_factory.mktemp("repo"))
        both = (one for one in (request, request.child) if one)
        found += [Known(case, one, render_job(one), render_test(one)) for one in both]
    return found


def own_names(request: JobRequest) -> set[str]:
    """What the command line has named: the arguments, the records, the work, the classes."""
    context = request.context
    names = {name for argument in context.arguments for name in (argument.name, argument.parameter)}
    names |= {f"_{argument.parameter}" for argument in context.arguments}
    names |= {context.row, context.rows} if context.row else set()
    names |= {record.model.key for record in context.records if record.model}  # a parameter of a stand-in for find_by
    names |= {inflection.pluralize(record.name) for record in context.records}  # the method of a fixture
    mark = request.get(CheckThenAct) or getattr(request.kind_settings, "mark", None)
    names |= {mark.saved.variable} if isinstance(mark, Mark) and mark.saved else set()  # chosen so that it is free
    return names | {context.name.method, context.name.bare_class, f"{context.name.bare_class}Test"}


def meets_an_argument(scope: Scope, request: JobRequest) -> bool:
    """Whether a method knows the record or all of the arguments; a parameter of the same name alone is chance."""
    context, seen = request.context, {*scope["names"], *scope["parameters"]}
    records = {record.name for record in context.records} | ({context.row, context.rows} if context.row else set())
    parameters = {argument.parameter for argument in context.arguments}
    return bool(records & seen) or (bool(parameters) and parameters <= seen)


def names_in_the_job(scopes: list[Scope], request: JobRequest) -> set[str]:
    outside, *methods = scopes
    met = (scope["names"] + scope["parameters"] for scope in methods if meets_an_argument(scope, request))
    return {*outside["defined"], *(name for names in met for name in names)} - own_names(request) - KEYWORDS


def names_in_the_test(scopes: list[Scope], request: JobRequest) -> set[str]:
    found = {name.removeprefix("@") for scope in scopes for name in (*scope["names"], *scope["defined"])}
    return {name for name in found if name.isidentifier()} - own_names(request)  # let! is no name of a record


def taken_by(request: JobRequest) -> Taken:
    patterns = [pattern for pattern in PATTERNS if pattern.name in {chosen.name for chosen in request.patterns}]
    tree, kind, calls = request.context.tree, request.context.kind, request.calls is not None
    return taken_names(tree, kind, patterns, request.test, calls=calls)


def test_every_name_that_meets_an_argument_or_a_record_is_declared(known: list[Known]) -> None:
    texts = {text for one in known for text in (one.job, one.test)}
    seen = scopes_of({text: text for text in texts})

    missing = defaultdict(set)
    for one in known:
        request = one.request
        taken = taken_by(request)
        for name in names_in_the_job(seen[one.job], request) - taken.in_the_job:
            missing[f"job: {name}"].add(one.case.name)
        for name in names_in_the_test(seen[one.test], request) - taken.in_the_test:
            missing[f"{request.test}: {name}"].add(one.case.name)

    found = [f"{name}: {', '.join(sorted(cases)[:3])}" for name, cases in sorted(missing.items())]
    assert not found, "\n".join(found)


def test_what_a_skeleton_declares_is_used_in_some_file(known: list[Known]) -> None:
    texts: dict[str, str] = defaultdict(str)
    for one in known:
        texts["job"] += one.job
        texts[one.request.test] += one.test

    for part, text in texts.items():
        declared = declared_names("8", f"{part}.rb.j2")
        assert {name for name in declared if not re.search(rf"(?<!\w){name}(?!\w)", text)} == set()


@pytest.mark.parametrize(
    "path", [path for path in environment().list_templates() if path.count("/") > 1 and "/install/" not in path]
)
def test_no_declared_name_is_stale(path: str) -> None:
    source = environment().loader.get_source(environment(), path)[0]  # type: ignore[union-attr]
    declared = {word for found in NAMES.findall(source) for word in found.split()}
    text = NAMES.sub("", source)

    assert {name for name in declared if not re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text)} == set()
