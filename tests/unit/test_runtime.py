"""What compiled templates run in does what Jinja does, as far as they use it."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from jinja2 import UndefinedError

from sidekiq_gen.ruby import runtime
from sidekiq_gen.ruby.environment import environment
from support.compiled import build_hook

if TYPE_CHECKING:
    from collections.abc import Callable

THING = SimpleNamespace(name="order", total=3, rows=["a", "b"], by_name={"items": 1, "id": 2})


def own(source: str) -> runtime.Template:
    """A template as the build compiles it."""
    text = build_hook().of_the_runtime(environment().compile(source, "made/up.rb.j2", raw=True, defer_init=True))
    names: dict[str, Any] = {}
    exec(text, names)  # noqa: S102 - compiled here
    return runtime.Template("made/up.rb.j2", names["root"])


def both(source: str) -> list[Callable[..., str]]:
    """The same template in Jinja and in our own, to be rendered with facts."""
    return [environment().from_string(source).render, own(source).render]


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("{{ thing.name }} {{ thing.by_name.id }} {{ thing['name'] }} {{ thing.rows.0 }}", "order 2 order a"),
        ("{{ thing.by_name['items'] }}", "1"),
        ("{% for row in thing.rows if row != 'c' %}{{ '-' if loop.first else '+' }}{{ row }}{% endfor %}", "-a+b"),
        ("{% set both = thing.name ~ thing.total %}{{ both | replace('r', 'R', 1) }}", "oRder3"),
        ("{{ both | replace('r', 'R') }}", "xRRx"),
        ("{{ 'one\n\ntwo\n' | indent(2) }}", "one\n\n  two\n"),
        ("{{ thing.rows | length }} {{ 'a\"b' | ruby_string }} {{ 'a b' | ruby_symbol }}", '2 "a\\"b" :"a b"'),
        ("{% macro m(body, leave) %}{{ body }}/{{ leave }}{% endmacro %}{{ m('x', leave='y') }}", "x/y"),
        ("{% macro m(body) %}{% if body %}{{ body }}{% endif %}{% endmacro %}{{ m('x') }}{{ m(body='y') }}", "xy"),
        ("{% set text %}a{{ thing.total }}{% endset %}{{ text }}", "a3"),
        ("{% macro m(body) %}unused{% endmacro %}{{ m(nobody) }}", "unused"),
        ("{% for row in thing.rows %}{% set again = row %}{{ shout(again) }}{% endfor %}", "AB"),
    ],
)
def test_it_renders_what_jinja_renders(source: str, text: str) -> None:
    facts = {"thing": THING, "both": "xrrx", "shout": str.upper}
    assert [render(**facts) for render in both(source)] == [text, text]


@pytest.mark.parametrize(
    "source",
    [
        *("{{ nobody }}", "{{ nobody.name }}", "{{ nobody() }}", "{{ nobody + 1 }}", "{{ 'x' ~ nobody }}"),
        *("{% if nobody %}{% endif %}", "{% if not nobody %}{% endif %}", "{% for x in nobody %}{% endfor %}"),
        *("{{ nobody[0] }}", "{{ nobody == 1 }}", "{{ 'x' in nobody }}", "{{ nobody | length }}"),
        *("{{ thing.nothing }}", "{{ thing['nothing'] }}", "{{ thing.rows.9 }}", "{{ thing.total.x.y }}"),
        "{% macro m(body) %}{{ body }}{% endmacro %}{{ m() }}",
    ],
)
def test_a_name_that_nobody_gives_is_an_error(source: str) -> None:
    jinja, ours = both(source)
    with pytest.raises(UndefinedError):
        jinja(thing=THING)
    with pytest.raises(runtime.UndefinedName, match=r"'?(nobody|nothing|body|9|x)'?.* (is undefined|was not provided)"):
        ours(thing=THING)


def test_what_is_included_sees_what_was_set(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "{% set own = given ~ '!' %}{% include 'other.rb.j2' %}"
    text += "{% from 'other.rb.j2' import said with context %}{{ said() }}"
    other = "{% macro said() %}<{{ own }}>{% endmacro %}{{ own }}{{ given }}"
    monkeypatch.setattr(runtime, "template", lambda _: own(other))
    assert own(text).render(given="a") == "a!a<a!>"


@pytest.mark.parametrize("call", ["m('x', 'y')", "m(other='x')", "m('x', body='y')"])
def test_a_macro_takes_its_parameters_and_nothing_else(call: str) -> None:
    source = "{% macro m(body) %}{{ body }}{% endmacro %}{{ " + call + " }}"
    for render in both(source):
        with pytest.raises(TypeError):
            render()


@pytest.mark.parametrize(
    ("source", "lacking"),
    [
        ("{{ self.body() }}", "TemplateReference"),
        ("{{ thing | upper }}", "upper"),
        ("{{ 1 if thing is defined }}", "defined"),
        ("{% set n = namespace(x=1) %}{% set n.x = 2 %}", "Namespace"),
    ],
)
def test_the_build_fails_where_a_template_needs_more(source: str, lacking: str) -> None:
    compiled = environment().compile(source, "made/up.rb.j2", raw=True, defer_init=True)
    with pytest.raises(ValueError, match=lacking):
        build_hook().of_the_runtime(compiled)


def test_the_build_fails_where_jinja_compiles_otherwise() -> None:
    with pytest.raises(ValueError, match="begin"):
        build_hook().of_the_runtime("import jinja3\n")
