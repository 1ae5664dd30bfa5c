"""A request becomes Ruby: partials, composed from the outside in. Nothing here reads the repo."""

from __future__ import annotations

import re
from itertools import chain
from typing import TYPE_CHECKING, Any

from sidekiq_gen.errors import BrokenTemplate
from sidekiq_gen.job.facts import by_name, facts_of, job_facts, of_patterns, options_of
from sidekiq_gen.job.kinds.catalogue import KIND_BY_NAME
from sidekiq_gen.job.minitest import inside_of_stubs, performing
from sidekiq_gen.job.patterns.catalogue import BY_NAME, listed, pattern_of
from sidekiq_gen.job.patterns.log_context import LogContext
from sidekiq_gen.job.slots import SLOTS
from sidekiq_gen.job.spec_facts import spec_facts_of
from sidekiq_gen.regex import regex
from sidekiq_gen.ruby import dialect, layout, literals, spec_forms
from sidekiq_gen.ruby.nesting import nested
from sidekiq_gen.ruby.templates import Partial, find_template, has_template, ruby_file, test_file
from sidekiq_gen.ruby.wording import what_it_is

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sidekiq_gen.job.facts import JobFacts
    from sidekiq_gen.job.request import Chosen, JobRequest
    from sidekiq_gen.job.slots import Part
    from sidekiq_gen.ruby.templates import Folder, Layers
    from sidekiq_gen.style import Logger


# A guard clause on one line, before a blank line and another one at the same depth.
_GUARD_BEFORE_GUARD = regex(
    r"^( *)(return\b.* (?:if|unless) .*\n)\n(?=\1return\b.* (?:if|unless) )", re.MULTILINE, needs="return"
)


def render(request: JobRequest) -> list[tuple[str, str]]:
    """The job of a request and its spec, path and text; a job that it enqueues is a request of its own.

    Raises:
        BrokenTemplate: a template cannot be used.
    """
    facts = facts_of(request)
    texts = [(request.job_path, render_job(request, facts))]
    if request.test_path is not None:
        texts.append((request.test_path, render_test(request, facts)))
    return texts


class Filling:
    """What a kind and the patterns over it put into the slots of one file.

    part: the file: job, spec or test. facts: what its templates are given.

    Raises:
        BrokenTemplate: a template is missing or fills no slot, or a pattern fills one that the kind does not place.
    """

    def __init__(self, request: JobRequest, part: Part, facts: dict[str, Any]) -> None:
        kind = KIND_BY_NAME[request.context.kind]
        tree, layers = request.context.tree, request.context.layers
        slots = {slot.name: slot.parameters for slot in SLOTS[part].values()}

        def partials(folder: str, shape: str) -> list[Partial]:
            paths = partial_paths(tree, folder, shape, part, layers)
            return [Partial(tree, path, slots, facts, layers) for path in paths]

        self._kind = partials(f"kinds/{kind.identifier}", kind.shape(request.kind_settings))
        house = f"house/{part}.rb.j2"
        self._house = [Partial(tree, house, slots, facts, layers)] if has_template(tree, house, layers) else []
        self._patterns = {
            chosen.name: partials(f"patterns/{chosen.identifier}", pattern_of(chosen).shape(chosen.settings))
            for chosen in listed(request.patterns)
            if part == "job" or _has_example(request, chosen, part)
        }
        calls = request.calls if part != "job" else None
        # One that is called on its constant needs nothing to be set up.
        of_calls = partials("calls", calls.through) if calls and calls.through != "class" else []
        self._by_slot: dict[str, list[Partial]] = {}
        for one in chain(self._kind, of_calls, self._house, *self._patterns.values()):
            for slot in one.slots:
                self._by_slot.setdefault(slot, []).append(one)
        if part == "job":
            self._refuse_unplaced(kind.places, kind.name)

    def kind(self, slot: str) -> str:
        """The text of the kind alone."""
        return layout.sections(*(partial.fill(slot) for partial in self._kind))

    def all(self, slot: str) -> list[str]:
        """The texts of the kind and of every pattern, in the order of the catalogue, without those that are empty."""
        return [text for partial in self._by_slot.get(slot, ()) if (text := partial.fill(slot))]

    def methods(self, path: str) -> str:
        """The methods of all of them, each once."""
        try:
            return layout.methods(*self.all("methods"))
        except ValueError as error:
            raise BrokenTemplate(path, f"has two methods {error} that differ") from None

    def around(self, chosen: Chosen, body: str, leave: str) -> str:
        """The body with what a pattern lays around it."""
        texts = [partial.fill("around", body=body, leave=leave) for partial in self._patterns[chosen.name]]
        return layout.sections(*texts) or body

    def _refuse_unplaced(self, places: frozenset[str], kind: str) -> None:
        of_house = ((partial, places - {"around"}) for partial in self._house)  # what goes around has its layer
        of_patterns = ((partial, places) for partials in self._patterns.values() for partial in partials)
        for partial, placed in (*of_house, *of_patterns):
            for slot in sorted(partial.slots - placed):
                arguments = dict.fromkeys(SLOTS["job"][slot].parameters, "x")
                if partial.fill(slot, **arguments):
                    raise partial.unplaced(slot, kind)


def _has_example(request: JobRequest, chosen: Chosen, part: Part) -> bool:
    """Whether a spec shows what a pattern does: one of a pack need have none."""
    pattern = pattern_of(chosen)
    path = f"patterns/{chosen.identifier}/{part}.rb.j2"
    there = chosen.name in BY_NAME or has_template(request.context.tree, path, request.context.layers)
    return there and not pattern.without_example(chosen.settings)


def partial_paths(tree: Folder, folder: str, shape: str, part: Part, layers: Layers = ()) -> list[str]:
    """The partials of a kind or pattern: that of all its shapes where there is one, and that of this shape.

    A shape has a job of its own; its spec may be that of all shapes. At least one is given, so that a missing file
    is an error.
    """
    shared = f"{folder}/{part}.rb.j2"
    if not shape:
        return [shared]
    own = f"{folder}/{shape}/{part}.rb.j2"
    found = [path for path in (shared, own) if has_template(tree, path, layers)]
    return [*found, own] if own not in found and (part == "job" or not found) else found


def render_job(request: JobRequest, known: JobFacts | None = None) -> str:
    """The text of the job class; known: its facts, where they have been gathered."""
    context, base = request.context, request.repo.base
    facts = job_facts(request, known or facts_of(request))
    filling = Filling(request, "job", facts)
    usual = "" if base else request.style.job_module or context.release.job_module
    first = "retries.rb.j2" if context.form == "active-job" else ""  # of two handlers the later one goes first
    retries = find_template(context.tree, first, context.layers).render(facts).strip("\n") if first else ""
    module = filling.kind("job_class") or usual
    includes = [f"include {module}"] if module else []
    text = find_template(context.tree, "job.rb.j2", context.layers).render(
        facts,
        superclass=f" < {base}" if base else "",
        options=options_of(request, [line for text in filling.all("options") for line in text.split("\n")]),
        perform=layout.sections(*filling.all("start"), filling.kind("lookup"), _wrapped(request, filling)),
        includes="\n".join([*includes, *filling.all("includes")]),
        constants=layout.sections(*filling.all("constants")),
        entry=layout.sections(filling.kind("entry"), filling.kind("callbacks")),
        work_method=filling.kind("work_method"),
        todo=next(reversed(filling.all("todo")), ""),
        hooks=layout.sections(retries, *filling.all("hooks")),
        rescues="\n".join(filling.all("rescues")),
        methods=filling.methods(request.job_path),
    )
    requires, text = layout.sections(*filling.all("requires")), dialect.logged(text, _logger(request))
    comment = f"# {what_it_is(context.name)}\n" if request.style.layout.documented else ""
    return ruby_file(request.style, requires, _nested(request, comment + text), request.repo.minded)


def render_test(request: JobRequest, known: JobFacts | None = None) -> str:
    """The text of its spec or test; known: the facts of its job, where they have been gathered.

    Raises:
        ValueError: the request asks for none.
    """
    if request.test == "none":
        raise ValueError(request.test)
    facts = spec_facts_of(request, known or facts_of(request))
    given = by_name(facts) | of_patterns(request)
    filling = Filling(request, request.test, given)
    stubs = "\n".join(filling.all("stubs"))
    in_setup = request.style.spec.doubles == "mocha"
    if stubs and not in_setup:
        given = {**given, "on_job": "", "trial": inside_of_stubs(facts.trial)}
        filling = Filling(request, request.test, given)
    setup, examples = "\n".join(filling.all("setup")), layout.sections(*filling.all("examples"))
    if in_setup:
        setup = "\n".join(filter(None, [setup, stubs]))
    text = find_template(request.context.tree, f"{request.test}.rb.j2", request.context.layers).render(
        given,
        lets="\n".join(filling.all("lets")),
        setup=setup,
        performing="" if in_setup else performing(stubs, examples),
        definitions=layout.sections(*filling.all("definitions")),
        examples=examples,
        named=[one for one in facts.records if _names(f"{setup}\n{examples}", one.variable)],
        methods=filling.methods(request.test_path or ""),
    )
    text = spec_forms.tested(dialect.logged(text, _logger(request)), request.test, request.style.spec)
    text = _nested(request, text) if request.test == "minitest" else layout.fit(text, request.style.width)
    return test_file(request.style, request.test, text, request.repo.minded_in_spec)


def _logger(request: JobRequest) -> Logger:
    """What the job logs with: that of the house, but for Sidekiq's where the log has a context, which only that has."""
    return "logger" if request.has(LogContext) else request.style.logger


def _names(text: str, variable: str) -> bool:
    """Whether Ruby names a variable, outside of plain literals, symbols and keywords."""
    code = re.sub(r'"(?:[^"#\\\n]|\\.)*"', '""', text)
    return re.search(rf"(?<![\w:]){variable}\b(?!:)", code) is not None


def _wrapped(request: JobRequest, filling: Filling) -> str:
    """The work, inside whatever the chosen patterns lay around it."""
    body = filling.kind("call")
    for chosen, leave in reversed(list(_ways_out(request))):
        body = filling.around(chosen, body, leave)
    return body


def _ways_out(request: JobRequest) -> Iterator[tuple[Chosen, str]]:
    """The chosen patterns from the outside in, each with the word that leaves perform early inside of it."""
    leave = "return"
    for chosen in request.patterns:
        yield chosen, leave
        if pattern_of(chosen).opens_block(chosen.settings):
            leave = "next"


def _nested(request: JobRequest, text: str) -> str:
    """The class inside the modules or classes of its namespace, every line within the width.

    A constant that a namespace hides is named from the top; guard clauses in a row stand together.
    """
    namespaces = () if request.style.compact else request.context.name.namespaces
    text = literals.from_the_top(text, request.repo.hidden)
    text = layout.fit(text, request.style.width - 2 * len(namespaces)).strip("\n")
    text = _GUARD_BEFORE_GUARD.sub(r"\1\2", text)
    return nested(text, list(zip(namespaces, request.repo.namespaces, strict=bool(namespaces))))
