"""The parameters of a method of the repo, read from its text: what a call has to hand over."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sidekiq_gen.rails.bodies import ancestry, nearest
from sidekiq_gen.rails.literals import Token, closing, parts_of, statement
from sidekiq_gen.regex import regex
from sidekiq_gen.values import dataclass, replace

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sidekiq_gen.rails.bodies import Ancestor, Ancestry, Body
    from sidekiq_gen.rails.constants import Constants

NEW = "new"
RUBYS_TOP = frozenset({"Object", "BasicObject"})
# Modules of Ruby and Rails that bring an object no method that a job would call.
_HARMLESS = frozenset(
    "Sidekiq::Job Sidekiq::Worker Sidekiq::IterableJob "
    "Comparable Enumerable Kernel Singleton Forwardable SingleForwardable ActiveSupport::Concern "
    "ActionView::Helpers::NumberHelper ActionView::Helpers::TextHelper Rails.application.routes.url_helpers".split()
)

_HIDDEN = frozenset({"private", "protected", "private_class_method"})
_STATES = frozenset({"private", "protected", "public", "module_function"})
_DEF = regex(
    r"(?:(?P<word>[a-z_]+)[ (]+)?def (?:(?P<on>self|[A-Z]\w*)\.)?(?P<name>[A-Za-z_]\w*[?!=]?)(?=[\s(;]|$)(?P<rest>.*)"
)
_WORD = regex(r"(\w*)(.*)", re.DOTALL)
_SYMBOLS = regex(r"[:\"'](\w+[?!]?)\b")
_CALLS_NEW = regex(r"(?<![\w.])(?:self\.)?new\b")
_MADE_OTHERWISE = regex(
    r"(?:delegate|def_delegators?|define_method|define_singleton_method|scope|alias_method|attr_\w+)\b"
)


@dataclass(frozen=True)
class Parameter:
    """One parameter of a method.

    name: empty for ``*``, ``**``, ``...`` and what is taken apart.
    keyword: whether it is handed over by name. required: whether a call without it fails.
    rest: whether it takes whatever else is handed over.
    """

    name: str
    keyword: bool = False
    required: bool = True
    rest: bool = False


Parameters = tuple[Parameter, ...]


@dataclass(frozen=True)
class Method:
    """A method of a class or module of the repo.

    parameters: None where nothing shows them. public: whether anybody may call it.
    makes: whether it hands what it is given to ``new``.
    """

    name: str
    parameters: Parameters | None
    public: bool = True
    makes: bool = False


@dataclass(frozen=True)
class Callable:
    """A class or module of the repo and what can be called on it.

    of_class, of_instance: its methods by name, those of its ancestors among them.
    class_complete, instance_complete: whether it can have no others.
    gems: what it takes over that is none of the repo's.
    """

    name: str
    of_class: dict[str, Method]
    of_instance: dict[str, Method]
    class_complete: bool
    instance_complete: bool
    gems: tuple[str, ...] = ()

    def signature(self, method: str) -> Parameters | None:
        """The parameters of a method of the class, or of ``initialize`` where it only hands them on to ``new``."""
        found = self.of_class.get(method)
        if found is None:
            return None
        return self.initializer if found.makes else found.parameters

    def parameter_names(self, method: str) -> frozenset[str]:
        """The names of all parameters of a method of the class or of an instance, with those of its ``new``."""
        of_instance = self.of_instance.get(method)
        lists = (self.signature(method), of_instance.parameters if of_instance else None, self.initializer)
        return frozenset(parameter.name for parameters in lists for parameter in parameters or ())

    @property
    def initializer(self) -> Parameters | None:
        """The parameters of ``new``; none where nothing defines an initializer, None where a gem may."""
        found = self.of_instance.get("initialize")
        if found:
            return found.parameters
        return () if self.instance_complete and self.class_complete else None


def read_callable(constants: Constants, name: str) -> Callable | None:
    """The class or module of that name, if a file below ``app``, in ``lib`` or in an initializer defines it."""
    lineage = ancestry(constants, name, RUBYS_TOP)
    if not lineage.ancestors:
        return None
    of_instance: dict[str, Method] = {}
    of_class: dict[str, Method] = {}
    extended: list[str] = []
    for ancestor in lineage.ancestors:
        own, singleton = _methods_of(ancestor.body)
        of_instance = {**own, **of_instance}
        brought, unknown = _extended(constants, ancestor, own, lineage)
        extended += unknown
        of_class = {**brought, **singleton, **of_class}
    inherited = tuple(gem for gem in lineage.missing if gem not in _HARMLESS)
    gems = tuple(dict.fromkeys((*inherited, *(gem for gem in extended if gem not in _HARMLESS))))
    return Callable(
        name,
        of_class,
        of_instance,
        class_complete=not gems and not lineage.dynamic,
        instance_complete=not inherited and not lineage.dynamic,
        gems=gems,
    )


def _extended(
    constants: Constants, ancestor: Ancestor, own: dict[str, Method], lineage: Ancestry
) -> tuple[dict[str, Method], list[str]]:
    """The methods that a body adds to its class by extending it, and the modules that are not found."""
    found: dict[str, Method] = {}
    missing: list[str] = []
    for module in ancestor.body.taken_over("extend"):
        near = None if module == "self" else nearest(constants, ancestor.name, module)
        if module == "self" or (near is None and ancestor.body.keyword == "module" and module not in _HARMLESS):
            found = {**own, **found}  # a module that a gem extends offers what it defines: that is what the gem is for
        if near is None:
            missing += [] if module == "self" else [module]
        else:
            found = {**found, **_methods_of(near[1])[0]}
    of_concern = nearest(constants, ancestor.name, "ClassMethods") if ancestor is not lineage.ancestors[0] else None
    if of_concern and of_concern[0] == f"{ancestor.name}::ClassMethods":
        found = {**_methods_of(of_concern[1])[0], **found}
    return found, missing


def _methods_of(body: Body) -> tuple[dict[str, Method], dict[str, Method]]:
    """The methods of a body by name: those of its instances, and those of the class or module itself."""
    reader = _Reader({}, {})
    reader.read(body.lines, reader.instance)
    reader.read(body.singleton, reader.singleton)
    return reader.instance, reader.singleton


@dataclass(frozen=True)
class _Reader:
    """Notes the methods that lines define, and who may call them."""

    instance: dict[str, Method]
    singleton: dict[str, Method]

    def read(self, lines: Sequence[str], own: dict[str, Method]) -> None:
        """Read lines in which ``def`` without a receiver defines one of these methods."""
        state = "public"
        for number, line in enumerate(lines):
            word, rest = _WORD.match(line).groups()  # type: ignore[union-attr] # it matches any line
            found = _DEF.match(line)
            if line in _STATES:
                state = line
            elif found:
                self._define(found, lines[number + 1 :], state, own)
            elif word in _STATES:
                self._change(word, _SYMBOLS.findall(rest), own)
            elif word in {"private_class_method", "public_class_method"}:
                self._change(word.partition("_")[0], _SYMBOLS.findall(rest), self.singleton)
            elif _MADE_OTHERWISE.match(line):
                made = self.singleton if word in {"scope", "define_singleton_method"} else own
                for name in _SYMBOLS.findall(line.partition("to:")[0]):
                    made.setdefault(name, Method(name, None))

    def _change(self, word: str, names: Sequence[str], own: dict[str, Method]) -> None:
        for name in names:
            method = own.get(name, Method(name, None))
            own[name] = replace(method, public=word in {"public", "module_function"})
            if word == "module_function":
                self.singleton[name] = method

    def _define(self, found: re.Match[str], following: Sequence[str], state: str, own: dict[str, Method]) -> None:
        word, name, parameters = found["word"] or "", found["name"], _parameters(found["rest"])
        text = "\n".join([found["rest"], *_body(following)])
        forwards = bool(parameters) and all(parameter.rest for parameter in parameters)
        method = Method(name, parameters, makes=forwards and bool(_CALLS_NEW.search(text)))
        hidden = word in _HIDDEN
        if found["on"]:
            self.singleton[name] = replace(method, public=not hidden)
            return
        own[name] = replace(method, public=not hidden and (state not in _HIDDEN or word == "public"))
        if "module_function" in {state, word}:
            self.singleton[name] = method


def _body(following: Sequence[str]) -> Iterator[str]:
    """The lines up to the next method."""
    for line in following:
        if _DEF.match(line):
            return
        yield line


def _parameters(rest: str) -> Parameters:
    """The parameters behind the name of a method."""
    if not rest.strip() or rest.lstrip()[0] in "=;":
        return ()
    tokens = statement(rest, 0)
    if tokens and tokens[0] == Token("mark", "("):
        tokens = tokens[1 : closing(tokens, 0)]
    read = (_parameter(part) for part in parts_of(tokens) if part)
    return tuple(parameter for parameter in read if parameter)


def _parameter(tokens: list[Token]) -> Parameter | None:
    """One parameter; None for a block, and for what says that there are none."""
    first, others = tokens[0], tokens[1:]
    if first.text == "&" and first.kind == "mark":
        return None
    if first.text in {"*", "**", "."} and first.kind == "mark":
        if others and others[0].text == "nil":
            return None
        name = others[0].text if others and others[0].kind == "name" else ""
        return Parameter(name, keyword=first.text == "**", required=False, rest=True)
    if first.kind == "label":
        return Parameter(first.text, keyword=True, required=not others)
    return Parameter(first.text if first.kind == "name" else "", required=not others or first.kind != "name")
