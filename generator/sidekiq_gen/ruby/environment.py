"""The sources of the templates, and Jinja, which reads them.

Over them may lie layers: templates of the repo, and of a pack. With one, all are rendered in a sandbox.
"""

from __future__ import annotations

from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from jinja2 import BaseLoader, Environment, PackageLoader, StrictUndefined, TemplateNotFound
from jinja2.ext import Extension

from sidekiq_gen.errors import BrokenTemplate
from sidekiq_gen.quoting import ruby_string, ruby_symbol
from sidekiq_gen.regex import regex
from sidekiq_gen.ruby.library import BUILT_IN

if TYPE_CHECKING:
    import re
    from collections.abc import Callable, Iterable, Mapping, MutableMapping

    from jinja2 import Template

    from sidekiq_gen.packs.layers import Layer

NAMES = regex(r"\{#-?\s*names:([^#]*?)-?#\}")

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
_OPENING = regex(r"\{[%{#]")
_CLOSING = {"{%": "%}", "{{": "}}", "{#": "#}"}
_REFERENCE = regex(r'"(?:(?:repo|pack|built-in)/)?((?:common|active_job|[0-9.]+)/[^"]+\.j2)"')


class StandIns(Extension):
    """Puts the fact in the place of each word that stands for one, outside of Jinja's own tags."""

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:
        """The source as Jinja reads it.

        Raises:
            BrokenTemplate: it has a word that looks like one and stands for nothing.
        """
        own = filename if self.environment.sandboxed else name  # of ours, the file is nobody else's business

        def replaced(part: str, start: int) -> str:
            def fact(found: re.Match[str]) -> str:
                if found[2] not in STAND_INS:
                    line = source.count("\n", 0, start + found.start()) + 1
                    told = line if self.environment.sandboxed else None
                    raise BrokenTemplate(str(own or name), f"has {found[2]}, which stands for nothing", told)
                brace = '{{ "{" }}' if found[1] else ""  # of "#{the_row.id}", which would look like Jinja's
                return f"{brace}{{{{ {STAND_INS[found[2]]} }}}}"

            return _STAND_IN.sub(fact, part)

        parts, at = [], 0
        for start, end in _tags(source):
            parts += [replaced(source[at:start], at), source[start:end]]
            at = end
        return "".join([*parts, replaced(source[at:], at)])


def _tags(source: str) -> Iterable[tuple[int, int]]:
    """Where Jinja's own tags begin and end: each pair of brackets is looked for once, so that it takes linear time."""
    at, missing = 0, set()
    for found in _OPENING.finditer(source):
        closing = _CLOSING[found[0]]
        if found.start() < at or closing in missing:
            continue
        end = source.find(closing, found.end())
        if end < 0:
            missing.add(closing)
            continue
        at = end + len(closing)
        yield found.start(), at


# What they all are: silent about the white space of Jinja's own tags.
_OPTIONS: Mapping[str, Any] = MappingProxyType(
    {
        "trim_blocks": True,
        "lstrip_blocks": True,
        "keep_trailing_newline": True,
        "autoescape": False,  # Ruby, not HTML
        "extensions": [StandIns],
        "auto_reload": False,  # no template changes while a run lasts
    }
)


def environment(layers: tuple[Layer, ...] = ()) -> Environment:
    """The Jinja environment for what there is under some layers: strict."""
    return _sandbox(layers) if layers else _plain()


def built_in(path: str) -> str | None:
    """The source of a built-in template; None where there is none of that path."""
    return _sources().get_source(_plain(), path)[0] if path in own_paths() else None


@cache
def declared(path: str, layers: tuple[Layer, ...] = ()) -> frozenset[str]:
    """The names that the comments ``{# names: ... #}`` of a template declare, and of those that it refers to.

    Those of all its origins are among them.
    """
    names: set[str] = set()
    seen, pending = {path}, [path]
    while pending:
        for source in _texts(pending.pop(), layers):
            names.update(word for found in NAMES.findall(source) for word in found.split())
            referred = references(source)
            pending += referred - seen
            seen |= referred
    return frozenset(names)


def references(source: str) -> set[str]:
    """The paths of the templates that one includes or imports."""
    return {found[1] for found in _REFERENCE.finditer(source)}


def _texts(path: str, layers: tuple[Layer, ...]) -> list[str]:
    """The texts of a template in all origins that have it; whoever includes one that nobody has will hear of it."""
    own = built_in(path)
    return [layer.by_path[path] for layer in layers if path in layer.by_path] + ([own] if own is not None else [])


@cache
def _plain() -> Environment:
    made = Environment(loader=_sources(), undefined=StrictUndefined, **_OPTIONS)  # noqa: S701 - Ruby, not HTML
    made.filters |= {"ruby_string": ruby_string, "ruby_symbol": ruby_symbol}
    return made


@cache
def _sandbox(layers: tuple[Layer, ...]) -> Environment:
    from sidekiq_gen.ruby.sandbox import Sandbox

    return Sandbox(loader=_Layered(layers), **_OPTIONS)


class _Layered(BaseLoader):
    """Looks into each layer, then at what is built in."""

    def __init__(self, layers: tuple[Layer, ...]) -> None:
        self._layers = layers
        self._own = _sources()

    def get_source(self, environment: Environment, template: str) -> tuple[str, str | None, Callable[[], bool]]:  # noqa: ARG002 - as Jinja has it
        """The source of a template, and what its file is called in a message."""
        origin, path = _divided(template)
        for layer in self._layers:
            if origin in {"", layer.origin} and path in layer.by_path:
                return layer.by_path[path], layer.shown(path), lambda: True
        raise TemplateNotFound(template)

    def load(
        self,
        environment: Environment,
        name: str,
        globals: MutableMapping[str, Any] | None = None,  # noqa: A002 - as Jinja has it
    ) -> Template:
        """A template: compiled here if it is of a layer."""
        origin, path = _divided(name)
        if any(origin in {"", layer.origin} and path in layer.by_path for layer in self._layers):
            return super().load(environment, name, globals)
        if origin in {"", BUILT_IN}:
            return self._own.load(environment, path, globals)
        raise TemplateNotFound(name)


def _divided(name: str) -> tuple[str, str]:
    """The origin that a name says, empty for any, and the path."""
    origin, _, path = name.partition("/")
    return (origin, path) if origin in {"repo", "pack", BUILT_IN} else ("", name)


@cache
def own_paths() -> frozenset[str]:
    """Every built-in template: ``common/job.rb.j2``."""
    return frozenset(_sources().list_templates())


@cache
def _sources() -> PackageLoader:
    return PackageLoader("sidekiq_gen", "templates")
