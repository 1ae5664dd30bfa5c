"""A request becomes Ruby: template trees, composed from the outside in."""

from __future__ import annotations

from functools import cache, partial
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, PackageLoader, StrictUndefined, TemplateNotFound

from sidekiq_gen import ruby
from sidekiq_gen.facts import job_facts, spec_facts
from sidekiq_gen.kinds.catalogue import KIND_BY_NAME
from sidekiq_gen.patterns.catalogue import BY_NAME

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jinja2 import Template

    from sidekiq_gen.request import JobRequest, Style


@cache
def environment() -> Environment:
    """The Jinja environment: strict, and silent about the white space of its own tags."""
    return Environment(
        loader=PackageLoader("sidekiq_gen", "templates"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,  # noqa: S701 - Ruby, not HTML
    )


def find_template(tree: str, name: str) -> Template:
    """A template by name: that of the tree where it has its own, else the one in ``common``."""
    return environment().select_template([f"{tree}/{name}", f"common/{name}"])


class Renderer:
    """The templates of one tree, for one request.

    A template is looked up in the tree of the release first, then in ``common``.
    """

    def __init__(self, request: JobRequest, facts: Mapping[str, Any]) -> None:
        self._tree = request.situation.release.tree
        self._kind = KIND_BY_NAME[request.situation.kind].identifier
        self._request = request
        self._partials: dict[str, Any] = {}
        self._facts = {
            **facts,
            "q": partial(ruby.quote, quotes=request.style.quotes),
            "can": request.situation.release.capabilities,
            "style": request.style,
            "kind": request.kind_settings,
            "chosen": frozenset(pattern.identifier for pattern in request.patterns),
            **{pattern.identifier: pattern.settings for pattern in request.patterns},
        }

    def render(self, name: str, **more: object) -> str:
        """One template, whole."""
        return self._find(name).render(self._facts | more)

    def slot(self, name: str, slot: str, **more: object) -> str:
        """One slot of a partial: the text that it has for this place, or an empty string."""
        partial = self._partial(name)
        macro = getattr(partial, slot, None) if partial else None
        return str(macro(**more)).strip("\n") if macro else ""

    def _partial(self, name: str) -> Any:
        if name not in self._partials:
            try:
                self._partials[name] = self._find(name).make_module(dict(self._facts))
            except TemplateNotFound as error:
                if error.name not in {name, f"common/{name}", f"{self._tree}/{name}"}:
                    raise
                self._partials[name] = None
        return self._partials[name]

    def gather(self, part: str, slot: str) -> list[str]:
        """One slot of the kind and of every chosen pattern, in the order of the catalogue."""
        kind = self.slot(f"kinds/{self._kind}/{part}.rb.j2", slot)
        listed = sorted(self._request.patterns, key=lambda pattern: list(BY_NAME).index(pattern.name))
        patterns = (self.slot(f"patterns/{pattern.identifier}/{part}.rb.j2", slot) for pattern in listed)
        return [kind, *patterns]

    def wrap(self, body: str) -> str:
        """The work, inside whatever the chosen patterns lay around it."""
        inside = [False]
        for pattern in self._request.patterns:
            inside.append(inside[-1] or BY_NAME[pattern.name].opens_block)
        for pattern, blocked in reversed(list(zip(self._request.patterns, inside, strict=False))):
            leave = "next" if blocked else "return"
            template = f"patterns/{pattern.identifier}/job.rb.j2"
            body = self.slot(template, "around", body=body, leave=leave) or body
        return body

    def _find(self, name: str) -> Template:
        return find_template(self._tree, name)


def render_job(request: JobRequest) -> str:
    """The text of the job class."""
    renderer = Renderer(request, job_facts(request))
    shape = f"kinds/{KIND_BY_NAME[request.situation.kind].identifier}/job.rb.j2"
    body = renderer.wrap(renderer.slot(shape, "the_call"))
    text = renderer.render(
        "job.rb.j2",
        perform=ruby.sections(renderer.slot(shape, "lookup"), body),
        includes="\n".join(text for text in renderer.gather("job", "includes") if text),
        constants=ruby.sections(*renderer.gather("job", "constants")),
        job_class=renderer.slot(shape, "job_class"),
        entry=renderer.slot(shape, "entry"),
        work_method=renderer.slot(shape, "work_method"),
        todo=next((text for text in reversed(renderer.gather("job", "todo")) if text), ""),
        hooks=ruby.sections(*renderer.gather("job", "hooks")),
        rescues="\n".join(text for text in renderer.gather("job", "rescues") if text),
        methods=ruby.sections(*renderer.gather("job", "methods")),
        indent=ruby.indent,
    )
    return ruby_file(request.style, ruby.sections(*renderer.gather("job", "requires")), _nested(request, text))


def render_test(request: JobRequest) -> str:
    """The text of its spec or test.

    Raises:
        ValueError: the request asks for none.
    """
    if request.test == "none":
        raise ValueError(request.test)
    renderer = Renderer(request, spec_facts(request))
    text = renderer.render(
        f"{request.test}.rb.j2",
        setup="\n".join(text for text in renderer.gather(request.test, "setup") if text),
        teardown="\n".join(text for text in renderer.gather(request.test, "teardown") if text),
        substitutes="\n".join(text for text in renderer.gather(request.test, "substitutes") if text),
        definitions=ruby.sections(*renderer.gather(request.test, "definitions")),
        examples=ruby.sections(*renderer.gather(request.test, "examples")),
        methods=ruby.sections(*renderer.gather(request.test, "methods")),
        indent=ruby.indent,
    )
    helper = "test_helper" if request.test == "minitest" else request.situation.app.rspec_helper
    text = _nested(request, text) if request.test == "minitest" else ruby.fit(text, request.style.width)
    return ruby_file(request.style, f"require {ruby.quote(helper, request.style.quotes)}", text)


def _nested(request: JobRequest, text: str) -> str:
    """The class inside the modules or classes of its namespace, every line within the width."""
    namespaces = request.situation.name.namespaces
    text = ruby.fit(text, request.style.width - 2 * len(namespaces)).strip("\n")
    for depth in range(len(namespaces), 0, -1):
        keyword = request.situation.app.namespace_keyword("::".join(namespaces[:depth]))
        text = f"{keyword} {namespaces[depth - 1]}\n{ruby.indent(text, 1)}\nend"
    return text


def ruby_file(style: Style, requires: str, text: str) -> str:
    """A whole Ruby file: the magic comment where the house has it, what is required, the text."""
    comment = "# frozen_string_literal: true" if style.frozen_string_literal else ""
    return ruby.in_quotes(ruby.sections(comment, requires, text), style.quotes) + "\n"
