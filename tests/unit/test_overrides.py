"""Templates of the repo over the built-in ones: which counts, what a broken one says, what one cannot do."""

from __future__ import annotations

import os
from dataclasses import replace
from io import IOBase
from pathlib import PurePath
from types import FunctionType, MethodType, ModuleType
from typing import TYPE_CHECKING

import pytest

from sidekiq_gen import __version__, reading
from sidekiq_gen.job.facts import by_name, facts_of, of_patterns
from sidekiq_gen.job.rendering import render
from sidekiq_gen.job.spec_facts import spec_facts_of
from sidekiq_gen.naming import JobName
from sidekiq_gen.packs.copied import claimed, header
from sidekiq_gen.packs.layers import MOST_FILES, REPO_FOLDER, Layer
from sidekiq_gen.rails.app import RailsApp
from sidekiq_gen.rails.project import Project
from sidekiq_gen.ruby.environment import built_in
from sidekiq_gen.ruby.library import template
from sidekiq_gen.sidekiq.capabilities import Capabilities
from sidekiq_gen.style import Style
from support.cases import all_cases
from support.command import sidekiq_gen
from support.repos import Repo
from support.requests import request_for, request_of

if TYPE_CHECKING:
    from pathlib import Path

    from sidekiq_gen.job.request import JobRequest
    from support.cases import Case
    from support.command import Finished

CALL = "common/kinds/record/job.rb.j2"


def written(tmp_path: Path, files: dict[str, str], *words: str, sidekiq: str = "7.3.2") -> str:
    """The job that is written with these overrides."""
    done = run(tmp_path, files, *words, sidekiq=sidekiq)
    assert done.status == 0, done.err
    return (tmp_path / "app/jobs/process_order_job.rb").read_text(encoding="utf-8")


def run(tmp_path: Path, files: dict[str, str], *words: str, sidekiq: str = "7.3.2") -> Finished:
    root = Repo(sidekiq, files={f"{REPO_FOLDER}/{path}": text for path, text in files.items()}).write(tmp_path)
    return sidekiq_gen(root, "job", "ProcessOrder", "--no-input", *words)


def macro(name: str, text: str, parameters: str = "") -> str:
    return f"{{% macro {name}({parameters}) %}}\n{text}\n{{% endmacro %}}\n"


def test_time_is_counted_for_each_template_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """Else a job that comes long after another one would have none left."""
    layer = Layer("repo", "repo", "mine", ((CALL, macro("call", "the_call")),))
    found = template(CALL, (layer,))
    monkeypatch.setattr("sidekiq_gen.ruby.sandbox.process_time", lambda: 1e9)

    assert template("common/job.rb.j2", (layer,)).name
    assert found.name


def test_a_macro_of_the_repo_takes_the_place_of_the_one_of_its_name(tmp_path: Path) -> None:
    text = written(tmp_path, {CALL: macro("call", "Billing.charge(the_record)")})
    assert "    Billing.charge(order)\n" in text
    assert "order = Order.find_by(id: order_id)" in text  # the macro that it does not have


def test_an_empty_macro_takes_one_away(tmp_path: Path) -> None:
    assert "find_by" not in written(tmp_path, {"common/kinds/record/find_by/job.rb.j2": macro("lookup", "")})


def test_any_other_template_is_replaced_and_may_include_what_it_replaces(tmp_path: Path) -> None:
    text = written(tmp_path, {"common/job.rb.j2": '# Owner: billing\n{% include "built-in/common/job.rb.j2" %}\n'})
    assert "# Owner: billing\nclass ProcessOrderJob\n" in text


@pytest.mark.parametrize(("sidekiq", "seen"), [("6.5.12", False), ("7.3.2", True), ("8.1.1", True)])
def test_a_tree_is_for_its_line_and_the_later_ones(tmp_path: Path, sidekiq: str, *, seen: bool) -> None:
    text = written(tmp_path, {"7/kinds/record/job.rb.j2": macro("call", "Billing.charge")}, sidekiq=sidekiq)
    assert ("Billing.charge" in text) is seen


def test_common_of_the_repo_does_not_beat_what_is_built_into_a_tree(tmp_path: Path) -> None:
    name = "kinds/backfill/iterable_unmarked/job.rb.j2"
    texts = {}
    for tree in ("common", "7"):
        text = macro("job_class", f"From::{tree.title()}") if tree == "common" else macro("job_class", "From::Seven")
        texts[tree] = written(tmp_path / tree, {f"{tree}/{name}": text}, "--kind", "backfill", "--model", "Order")
    assert "From::" not in texts["common"]
    assert "include From::Seven" in texts["7"]


def test_names_that_an_override_declares_are_taken(tmp_path: Path) -> None:
    text = macro("start", "deadline = 1.minute.from_now") + "{# names: deadline #}\n"
    done = run(tmp_path, {CALL: text}, "--model", "Order", "deadline:date")
    assert done.status == 2
    assert "'deadline' cannot be the name of an argument" in done.err


def test_install_and_migrations_go_through_the_layers(tmp_path: Path) -> None:
    files = {
        f"{REPO_FOLDER}/common/install/dead.rake.j2": "# our own tasks\n",
        f"{REPO_FOLDER}/common/migrate/columns.rb.j2": "# our own migration\n",
    }
    root = Repo(files=files).write(tmp_path)
    assert sidekiq_gen(root, "install", "--no-input").status == 0
    assert "# our own tasks" in (root / "lib/tasks/sidekiq_dead.rake").read_text(encoding="utf-8")
    line = ("job", "ProcessOrder", "--no-input", "--check-then-act", "done_at", "--migration")
    assert sidekiq_gen(root, *line).status == 0
    assert [path.read_text(encoding="utf-8") for path in (root / "db/migrate").iterdir()] == [
        "# frozen_string_literal: true\n\n# our own migration\n"
    ]


BROKEN = {
    "syntax": ("\n\n{% macro call( %}", 3, "expected token"),
    "name": ("{% macro call() %}\n{{ recrod }}\n{% endmacro %}", 2, "'recrod' is undefined"),
    "attribute": ("{% macro call() %}\n{{ job.nam }}\n{% endmacro %}", 2, "has no attribute 'nam'"),
    "no slot": ("\n{% macro cal() %}{% endmacro %}", 2, "has a macro cal, and no slot is called so"),
    "parameters": ("\n{% macro call(x) %}{% endmacro %}", 2, "takes other parameters than its slot"),
    "stand-in": ("{% macro call() %}\nthe_recrod\n{% endmacro %}", 2, "has the_recrod, which stands for nothing"),
    "filter": ("\n{% macro call() %}{{ record | lipsum }}{% endmacro %}", 2, "No filter named 'lipsum'"),
    "include": (
        '\n{% include "common/nothing.j2" %}',
        2,
        "includes or imports common/nothing.j2, which is not in any tree",
    ),
    "type": ("{% macro call() %}\n{{ record + 1 }}\n{% endmacro %}", 2, "cannot be used"),
    "list": ("{% macro call() %}\n{{ [record] }}\n{% endmacro %}", 2, "list is no text"),
    "end": ("{% macro call() %}\nx\n", 2, "Unexpected end of template"),
}


@pytest.mark.parametrize(("text", "line", "fault"), BROKEN.values(), ids=BROKEN)
def test_a_broken_one_is_one_error_with_file_and_line(tmp_path: Path, text: str, line: int, fault: str) -> None:
    done = run(tmp_path, {CALL: text}, "--json")
    assert done.status == 1
    assert f"The template {REPO_FOLDER}/{CALL}, line {line}, " in done.out
    assert fault in done.out
    assert '"code": "broken-template"' in done.out
    assert not (tmp_path / "app/jobs/process_order_job.rb").exists()


def test_a_slot_that_the_kind_does_not_place_is_named_with_its_line(tmp_path: Path) -> None:
    files = {"common/patterns/idempotency_key/job.rb.j2": "\n" + macro("callbacks", "def x = 1")}
    done = run(tmp_path, files, "--idempotency-key")
    assert done.status == 1
    assert "key/job.rb.j2, line 2, fills callbacks, which a job of the kind record does not have" in done.err


# What is known to lead out of templates of Jinja, and what would take all the time or memory there is.
HOSTILE = {
    "class": "{{ ''.__class__.__mro__[1].__subclasses__() }}",
    "attr": "{{ ''|attr('__class__') }}",
    "item": "{{ ''['__class__'] }}",
    "function": "{{ report.__globals__ }}",
    "code": "{{ report.__code__ }}",
    "self": "{{ self._TemplateReference__context }}",
    "cycler": "{{ cycler.__init__.__globals__.os }}",
    "joiner": "{{ joiner.__init__.__globals__ }}",
    "namespace": "{{ namespace.__init__.__globals__ }}",
    "lipsum": "{{ lipsum.__globals__ }}",
    "range": "{{ range(10 ** 9) }}",
    "long range": "{% for i in range(999999999) %}{% endfor %}",
    "format": "{{ '{0.__class__}'.format(job) }}",
    "format map": "{{ '{a.__class__}'.format_map({'a': job}) }}",
    "format filter": "{{ '%s'|format(job) }}",
    "percent": "{{ '%1000000000d' % 1 }}",
    "map": "{{ [job]|map(attribute='__class__')|list|first }}",
    "groupby": "{{ [job]|groupby('__class__')|list|first }}",
    "mutation": "{{ style.__setattr__('width', 1) }}",
    "loops": "{% for a in range(9999) %}{% for b in range(9999) %}{% endfor %}{% endfor %}",
    "sums": "{% set r = range(99999)|list %}{% for a in r if r|sum %}{% endfor %}",
    "generators": "{% for a in range(9999) if range(9999)|select|list|length %}{{ range(9999)|sum }}{% endfor %}",
    "recursion": "{% macro x() %}{{ x() }}{% endmacro %}{{ x() }}",
    "calls": "".join(f"{{% macro m{n}() %}}{{{{ m{n + 1}() }}}}{{{{ m{n + 1}() }}}}{{% endmacro %}}" for n in range(40))
    + "{% macro m40() %}{% endmacro %}{{ m0() }}",
    "concat": "{% set x = 'xxxxxxxx' %}" + "{% set x = x ~ x %}" * 60 + "{{ x }}",
    "plus": "{% set x = 'xxxxxxxx' %}" + "{% set x = x + x %}" * 60,
    "blocks": "{% set x = 'xxxxxxxx' %}" + "{% set x %}{{ x }}{{ x }}{% endset %}" * 60,
    "joins": "{% set x = 'xxxxxxxx' %}" + "{% set x = [x, x]|join(x) %}" * 60,
    "replacing": "{% set x = 'xxxxxxxx' %}" + "{% set x = x|replace('x', x) %}" * 60,
    "multiplied": "{{ 'x' * 10000000000 }}",
    "lists": "{{ ([1] * 10000000000)|length }}",
    "power": "{{ 9 ** 9 ** 9 }}",
    "squares": "{% set x = 99999999999 %}" + "{% set x = x * x %}" * 60 + "{{ x }}",
    "a method": "{{ 'x'.replace('', 'y') }}",
    "center": "{{ 'x'.center(10000000000) }}",
    "justified": "{{ 'x'.ljust(10000000000) }}",
    "zeros": "{{ 'x'.zfill(10000000000) }}",
    "tabs": "{{ '\t'.expandtabs(10000000000) }}",
    "indented": "{{ 'x'|indent(10000000000, true) }}",
    "bytes": "{{ (1).to_bytes(10000000000, 'big') }}",
    "batches": "{{ [1]|batch(1000000000, 'x')|list }}",
    "nested": "{{ " + "(" * 20000 + "1" + ")" * 20000 + " }}",
    "negated": "{{ " + "-" * 20000 + "1 }}",
    "deep": "{% if 1 %}" * 2000 + "{% endif %}" * 2000,
    "unclosed": "{% " * 15000,
    "comments": "{# names: " * 4000,
    "includes": '{% include "common/kinds/record/job.rb.j2" %}',
    "extends": '{% extends "repo/common/kinds/record/job.rb.j2" %}',
    "imports": '{% import "repo/common/kinds/record/job.rb.j2" as x %}{{ x }}',
    "a file": '{% include "/etc/passwd" %}',
    "a file above": '{% include "common/../../../../Gemfile.lock" %}',
    "another origin": '{% include "pack/common/job.rb.j2" %}',
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_one_is_an_error_and_nothing_else(tmp_path: Path, text: str) -> None:
    done = run(tmp_path, {CALL: text})
    assert done.status == 1, done.out + done.err
    assert f"The template {REPO_FOLDER}/{CALL}" in done.err
    assert "Unexpected error" not in done.err
    assert len(done.err) < 1000


def test_no_fact_leads_to_a_file_a_module_or_a_class(tmp_path: Path) -> None:
    """What templates can reach, by attributes and items, is data: nothing there that reads, writes or runs."""
    line = "ChargeCustomer order:record amount:decimal --advisory-lock --idempotency-key --retry-after KeyError=30"
    request = request_of(line, Repo().write(tmp_path))
    own = facts_of(request)
    facts = by_name(own) | by_name(spec_facts_of(request, own)) | of_patterns(request)
    pending: list[tuple[str, object]] = [*facts.items()]
    seen: set[type] = set()
    while pending:
        path, value = pending.pop()
        assert not isinstance(value, (PurePath, RailsApp, Project, ModuleType, IOBase)), path
        if isinstance(value, (tuple, list, set, frozenset)):
            pending += [(f"{path}[]", item) for item in value]
        elif type(value) not in {*seen, type, FunctionType, MethodType, str, int, bool, float, type(None)}:
            seen.add(type(value))
            names = [name for name in dir(value) if not name.startswith("_")]
            pending += [(f"{path}.{name}", getattr(value, name)) for name in names]
    assert {Style, Capabilities, JobName} <= seen


def test_a_text_of_the_repo_is_no_ruby_where_it_is_quoted(tmp_path: Path) -> None:
    text = macro("call", "log({{ '#{exit} \"' | ruby_string }}, {{ 'a b' | ruby_symbol }})")
    assert r'log("\#{exit} \"", :"a b")' in written(tmp_path, {CALL: text})


def test_what_cannot_be_read_is_an_error_too(tmp_path: Path) -> None:
    outside = tmp_path / "outside.j2"
    outside.write_text("secret", encoding="utf-8")
    root = Repo(files={f"{REPO_FOLDER}/README.md": "no template"}).write(tmp_path / "repo")
    folder = root / REPO_FOLDER / "common"
    folder.mkdir()

    def said(path: Path) -> str:
        done = sidekiq_gen(root, "job", "ProcessOrder", "--no-input")
        path.unlink()
        assert done.status == 1
        return done.err

    (folder / "job.rb.j2").write_text("x" * (reading.TEMPLATE + 1), encoding="utf-8")
    assert f"{REPO_FOLDER}/common/job.rb.j2 is larger than 50 kB" in said(folder / "job.rb.j2")
    (folder / "job.rb.j2").symlink_to(outside)
    assert "is a link out of the root" in said(folder / "job.rb.j2")
    (folder / "job.rb.j2").write_bytes(b"\xff")
    assert "is not UTF-8" in said(folder / "job.rb.j2")
    os.mkfifo(folder / "job.rb.j2")
    assert "is not a regular file" in said(folder / "job.rb.j2")
    (folder / "more").symlink_to(tmp_path)
    assert "is a link to a folder" in said(folder / "more")
    for number in range(MOST_FILES + 1):
        (folder / f"{number}.j2").write_text("", encoding="utf-8")
    assert f"has more than {MOST_FILES} templates" in said(folder / "0.j2")


def test_a_copy_of_an_original_that_has_changed_is_told(tmp_path: Path) -> None:
    own = built_in(CALL)
    assert own is not None
    assert claimed(header(__version__, own)) == (__version__, header(__version__, own)[-11:-3])
    copy = f"{header(__version__, own)}\n{own}"
    assert "template-outdated" not in run(tmp_path / "same", {CALL: copy}, "--json").out
    done = run(tmp_path / "other", {CALL: f"{header('0.0.1', own + ' ')}\n{own}"})
    assert f"has changed since it was copied: {REPO_FOLDER}/{CALL} (a copy from 0.0.1)" in done.err
    assert "has changed" not in run(tmp_path / "unsaid", {CALL: own}).err


def test_one_that_nobody_looks_up_is_told_with_what_may_be_meant(tmp_path: Path) -> None:
    done = run(tmp_path, {"common/kinds/recrod/job.rb.j2": "x", "common/house/job.rb.j2": macro("start", "x = 1")})
    assert f"No template is looked up by this path: {REPO_FOLDER}/common/kinds/recrod/job.rb.j2." in done.err
    assert f"Did you mean {CALL}?" in done.err
    used = '{% from "common/ours.j2" import y %}' + macro("call", "{{ y }}")
    files = {CALL: used, "common/ours.j2": "{% set y = 1 %}"}
    assert "No template" not in run(tmp_path / "used", files).err


def below(request: JobRequest, layer: Layer) -> JobRequest:
    """The same request with a layer over the built-in templates."""
    child = below(request.child, layer) if request.child else None
    return replace(request, context=replace(request.context, layers=(layer,)), child=child)


@pytest.mark.parametrize("case", all_cases()[::25], ids=lambda case: case.name)
def test_in_the_sandbox_the_built_in_ones_give_what_they_give_outside(tmp_path: Path, case: Case) -> None:
    request = request_for(case, tmp_path)
    layer = Layer("repo", "repo", REPO_FOLDER, (("common/unused.j2", ""),))
    assert render(below(request, layer)) == render(request)
