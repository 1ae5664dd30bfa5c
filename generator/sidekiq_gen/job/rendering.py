"""A request becomes Ruby: template trees, composed from the outside in."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from jinja2 import TemplateNotFound

from sidekiq_gen.job.facts import job_facts, spec_facts
from sidekiq_gen.job.kinds.catalogue import KIND_BY_NAME
from sidekiq_gen.job.patterns.catalogue import BY_NAME
from sidekiq_gen.ruby import layout
from sidekiq_gen.ruby.templates import find_template, ruby_file

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jinja2 import Template

    from sidekiq_gen.job.request import JobRequest


class Renderer:
    """The templates of one tree, for one request.

    A template is looked up in the tree of the release first, then in ``common``.
    """

    def __init__(self, request: JobRequest, facts: Mapping[str, Any]) -> None:
        self._tree = request.context.release.tree
        self._kind = KIND_BY_NAME[request.context.kind].identifier
        self._request = request
        self._partials: dict[str, Any] = {}
        self._facts = {
            **facts,
            "q": partial(layout.quote, quotes=request.style.quotes),
            "can": request.context.release.capabilities,
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
    shape = f"kinds/{KIND_BY_NAME[request.context.kind].identifier}/job.rb.j2"
    body = renderer.wrap(renderer.slot(shape, "the_call"))
    text = renderer.render(
        "job.rb.j2",
        perform=layout.sections(renderer.slot(shape, "lookup"), body),
        includes="\n".join(text for text in renderer.gather("job", "includes") if text),
        constants=layout.sections(*renderer.gather("job", "constants")),
        job_class=renderer.slot(shape, "job_class"),
        entry=renderer.slot(shape, "entry"),
        work_method=renderer.slot(shape, "work_method"),
        todo=next((text for text in reversed(renderer.gather("job", "todo")) if text), ""),
        hooks=layout.sections(*renderer.gather("job", "hooks")),
        rescues="\n".join(text for text in renderer.gather("job", "rescues") if text),
        methods=layout.sections(*renderer.gather("job", "methods")),
        indent=layout.indent,
    )
    return ruby_file(request.style, layout.sections(*renderer.gather("job", "requires")), _nested(request, text))


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
        definitions=layout.sections(*renderer.gather(request.test, "definitions")),
        examples=layout.sections(*renderer.gather(request.test, "examples")),
        methods=layout.sections(*renderer.gather(request.test, "methods")),
        indent=layout.indent,
    )
    helper = "test_helper" if request.test == "minitest" else request.context.app.rspec_helper
    text = _nested(request, text) if request.test == "minitest" else layout.fit(text, request.style.width)
    return ruby_file(request.style, f"require {layout.quote(helper, request.style.quotes)}", text)


def _nested(request: JobRequest, text: str) -> str:
    """The class inside the modules or classes of its namespace, every line within the width."""
    namespaces = request.context.name.namespaces
    text = layout.fit(text, request.style.width - 2 * len(namespaces)).strip("\n")
    for depth in range(len(namespaces), 0, -1):
        keyword = request.context.app.namespace_keyword("::".join(namespaces[:depth]))
        text = f"{keyword} {namespaces[depth - 1]}\n{layout.indent(text, 1)}\nend"
    return text
