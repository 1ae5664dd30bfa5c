"""Where templates come from: their sources, or what the build has compiled of them.

A wheel has each template as a module that Jinja wrote when the wheel was built (hatch_build.py), and a list of what
there is: reading and compiling sources is more than half of what it takes to write a job. A checkout has neither, so
that what is edited is what is rendered; so has a wheel whose Jinja is of another line than the one that compiled.
"""

from __future__ import annotations

import re
from functools import cache
from importlib import import_module
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import jinja2
from jinja2 import ChoiceLoader, Environment, ModuleLoader, PackageLoader, StrictUndefined
from jinja2.ext import Extension

from sidekiq_gen.errors import BrokenTemplate
from sidekiq_gen.quoting import ruby_string, ruby_symbol
from sidekiq_gen.regex import regex

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jinja2 import BaseLoader

NAMES = regex(r"\{#-?\s*names:(.*?)-?#\}", re.DOTALL)

# Words that stand for facts, so that lines of a template that use them are Ruby: ``allow(job).to receive(:the_work)``.
STAND_INS: Mapping[str, str] = MappingProxyType(
    {
        "TheJob": "own_class",
        "TheModel": "model",
        "TheChild": "kind.child.class_name",
        "the_key": "key",
        "the_record": "record",
        "the_row": "row",
        "the_rows": "rows",
        "the_other_row": "another",
        "the_work": "work",
        "TheCollaborator": "calls.constant",
        "the_call": "call_of_work",
        "the_worker": "worker",
        "the_stub": "stub_of_work",
        "the_result": "returned_or_nil",
        "the_run": "perform",
        "the_new_job": "new_job",
        "the_retries": "attempts.retries",
        "the_trial": "trial",
        "the_finder": "finder",
        "the_parameter": "lookups.0.parameter",
        "the_thing": "thing",
        "the_things": "things",
        "TheDiscarded": "discarded",
        "TheReporter": "reporter.receiver",
        "the_report": "reporter.method",
        "the_arguments": "received",
        "the_argument_list": "received_by_position",
        "the_connection": "lease",
        "the_attempts": "kind.attempts",
        "the_source": "kind.source",
    }
)
_STAND_IN = regex(r"(\{?)\b(the_[a-z_]+|The[A-Z]\w*)\b")
_TAG = regex(r"(\{%.*?%\}|\{\{.*?\}\}|\{#.*?#\})", re.DOTALL)
_REFERENCE = regex(r'"((?:common|active_job|[0-9.]+)/[^"]+\.j2)"')


class StandIns(Extension):
    """Puts the fact in the place of each word that stands for one, outside of Jinja's own tags."""

    def preprocess(self, source: str, name: str | None, _filename: str | None = None) -> str:
        """The source as Jinja reads it.

        Raises:
            BrokenTemplate: it has a word that looks like one and stands for nothing.
        """

        def fact(found: re.Match[str]) -> str:
            if found[2] not in STAND_INS:
                raise BrokenTemplate(str(name), f"has {found[2]}, which stands for nothing")
            brace = '{{ "{" }}' if found[1] else ""  # of "#{the_row.id}", which would look like Jinja's
            return f"{brace}{{{{ {STAND_INS[found[2]]} }}}}"

        return "".join(
            part if index % 2 else _STAND_IN.sub(fact, part) for index, part in enumerate(_TAG.split(source))
        )


@cache
def environment() -> Environment:
    """The Jinja environment: strict, and silent about the white space of its own tags."""
    made = Environment(
        loader=_loader(),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,  # noqa: S701 - Ruby, not HTML
        extensions=[StandIns],
        auto_reload=False,  # no template changes while a run lasts
    )
    made.filters |= {"ruby_string": ruby_string, "ruby_symbol": ruby_symbol}
    return made


@cache
def paths() -> frozenset[str]:
    """Every template that there is: ``common/job.rb.j2``."""
    built = _built()
    return frozenset(built.DECLARED if built else _sources().list_templates())


@cache
def declared(path: str) -> frozenset[str]:
    """The names that the comments ``{# names: ... #}`` of a template declare, and of those that it refers to."""
    built = _built()
    if built:
        return frozenset(built.DECLARED[path])
    source = _sources().get_source(environment(), path)[0]
    own = (word for found in NAMES.findall(source) for word in found.split())
    return frozenset(own).union(*(declared(other) for other in _REFERENCE.findall(source)))


def line_of_jinja() -> str:
    """The releases of Jinja that run what this one compiles: ``3.1``."""
    return jinja2.__version__.rpartition(".")[0]


def _loader() -> BaseLoader:
    built = _built()
    if built and line_of_jinja() == built.JINJA:
        return ChoiceLoader([ModuleLoader(list(built.__path__)), _sources()])
    return _sources()


@cache
def _sources() -> PackageLoader:
    return PackageLoader("sidekiq_gen", "templates")


@cache
def _built() -> Any:
    """The package that the build wrote: JINJA, DECLARED, and a module for each template; None in a checkout."""
    try:
        return import_module("sidekiq_gen.compiled")
    except ModuleNotFoundError:
        return None
