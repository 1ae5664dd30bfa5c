"""Runs the templates that the build has compiled, without Jinja.

Jinja's compiler writes a module for each template, which takes what it needs from ``jinja2.runtime`` and from its
environment (jinja2 3.1.6 src/jinja2/compiler.py:828 ``visit_Template``). Loading Jinja, its lexer, parser and compiler
among it, takes a third of what a whole run takes. The built-in templates use little of it, and that little is here;
the build (hatch_build.py) has the modules take it from here and fails where one needs more.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from types import MappingProxyType, SimpleNamespace
from typing import TYPE_CHECKING, Any, NoReturn

from sidekiq_gen.quoting import ruby_string, ruby_symbol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    Root = Callable[["Context"], Iterator[str]]

COMPILED = "sidekiq_gen.compiled"
missing: Any = object()  # stands for a name that is not there


class UndefinedName(Exception):
    """A template uses a name that nobody has given it."""


class Undefined:
    """What a name stands for that is not there: it can be handed on, and any use of it is an error.

    told: what is wrong, or empty. obj: what was asked for the name.
    """

    def __init__(self, told: str = "", *, obj: object = missing, name: str = "") -> None:
        of = "" if obj is missing else f" of {type(obj).__name__}"
        self.__dict__["told"] = told or f"{name!r}{of} is undefined"

    def _refuse(self, *_: object) -> NoReturn:
        raise UndefinedName(self.__dict__["told"])

    __getattr__ = __str__ = __bool__ = __iter__ = __len__ = __call__ = __getitem__ = __contains__ = _refuse
    __eq__ = __ne__ = __lt__ = __le__ = __gt__ = __ge__ = __hash__ = __add__ = __radd__ = _refuse


class Macro:
    """A macro as a function; arguments: the names of its parameters."""

    def __init__(
        self, _environment: object, body: Callable[..., str], name: str, arguments: tuple[str, ...], *_: bool
    ) -> None:
        self.name, self.arguments = name, arguments
        self._body = body

    def __call__(self, *places: object, **names: object) -> str:
        """What it gives for these arguments, each by its place or its name.

        Raises:
            TypeError: it has no such parameter.
        """
        given = [*places, *(names.pop(name, missing) for name in self.arguments[len(places) :])]
        if names or len(given) > len(self.arguments):
            raise TypeError(f"the macro {self.name} takes {', '.join(self.arguments) or 'nothing'}")
        return self._body(*given)


class Context:
    """The names that one rendering of a template sees.

    parent: what it was given. vars: what it has set itself at its top. exported_vars: which of these it gives to who
    imports it.
    """

    eval_ctx = SimpleNamespace(autoescape=False)  # it is Ruby, not HTML

    def __init__(self, parent: dict[str, Any]) -> None:
        self.parent = parent
        self.vars: dict[str, Any] = {}
        self.exported_vars: set[str] = set()

    def resolve_or_missing(self, name: str) -> Any:
        """What a name stands for."""
        return self.vars[name] if name in self.vars else self.parent.get(name, missing)

    def get_all(self) -> dict[str, Any]:
        """All names with what they stand for."""
        return {**self.parent, **self.vars}

    @staticmethod
    def call(called: Callable[..., Any], *places: Any, _loop_vars: object = None, **names: Any) -> Any:
        """Call something with arguments; the variables of the loop around it are for what asks Jinja for them."""
        return called(*places, **names)


class Template:
    """One compiled template. root_render_func: gives its text piece by piece."""

    def __init__(self, path: str, root: Root) -> None:
        self.name = path
        self.root_render_func = root

    def render(self, *facts: Mapping[str, Any], **more: Any) -> str:
        """Its text with these facts.

        Raises:
            UndefinedName: it uses a name that is not among them.
        """
        return "".join(self.root_render_func(Context(dict(*facts, **more))))

    @staticmethod
    def new_context(facts: dict[str, Any], _shared: object, variables: Mapping[str, Any]) -> Context:
        """The names that an included template sees. variables: those of who includes it."""
        return Context({**facts, **{name: value for name, value in variables.items() if value is not missing}})

    def make_module(self, facts: dict[str, Any], *included: Any) -> SimpleNamespace:
        """What it exports: its macros and the variables set at its top, by name.

        included: of whom it is imported by, as `new_context` takes it.
        """
        context = self.new_context(facts, *included) if included else Context(facts)
        for _ in self.root_render_func(context):
            pass
        return SimpleNamespace(__name__=self.name, **{name: context.vars[name] for name in context.exported_vars})


class Runtime:
    """What stands in the place of Jinja's environment."""

    undefined = Undefined
    concat = "".join

    def __init__(self, filters: Mapping[str, Callable[..., object]]) -> None:
        self.filters = filters

    @staticmethod
    def getattr(of: Any, name: str) -> Any:
        """An attribute, or else the item of that name."""
        try:
            return getattr(of, name)
        except AttributeError:
            pass
        try:
            return of[name]
        except (TypeError, LookupError):
            return Undefined(obj=of, name=name)

    @staticmethod
    def getitem(of: Any, key: Any) -> Any:
        """An item, or else the attribute of that name."""
        try:
            return of[key]
        except (TypeError, LookupError):
            found = getattr(of, key, missing) if isinstance(key, str) else missing
            return Undefined(obj=of, name=str(key)) if found is missing else found

    @staticmethod
    def get_template(path: str, _parent: str = "") -> Template:
        """Another template, by its path."""
        return template(path)


def LoopContext(items: Iterable[Any], _undefined: object) -> Iterator[tuple[Any, SimpleNamespace]]:  # noqa: N802 - Jinja's
    """Items, each with what Jinja calls ``loop``, as far as templates ask for it."""
    for index, item in enumerate(items):
        yield item, SimpleNamespace(first=index == 0)


def identity(text: str) -> str:
    """The text as it is, where HTML would be escaped."""
    return text


def str_join(parts: Iterable[Any]) -> str:
    """The texts of all parts, together."""
    return "".join(map(str, parts))


def indented(text: str, width: int) -> str:
    """All lines but the first set in by so many spaces; empty lines stay empty."""
    first, *rest = text.split("\n")
    return "\n".join([first, *(f"{' ' * width}{line}" if line else line for line in rest)])


# What Jinja hands the context of an evaluation (jinja2 3.1.6 src/jinja2/filters.py:178) is handed it here as well.
FILTERS: Mapping[str, Callable[..., object]] = MappingProxyType(
    {
        "ruby_string": ruby_string,
        "ruby_symbol": ruby_symbol,
        "length": len,
        "indent": indented,
        "replace": lambda _, text, old, new, count=-1: str(text).replace(old, new, count),
    }
)

environment = Runtime(FILTERS)

# By the names that compiled templates take from here.
PROVIDED = ("LoopContext", "Macro", "Undefined", "environment", "identity", "missing", "str_join")


def module_name(path: str) -> str:
    """The module of a template: ``common/job.rb.j2`` is in ``common__job_rb``."""
    return path.removesuffix(".j2").replace("/", "__").replace(".", "_")


@cache
def template(path: str) -> Template:
    """A compiled template by its path.

    Raises:
        ModuleNotFoundError: the build has compiled none of that path.
    """
    return Template(path, import_module(f"{COMPILED}.{module_name(path)}").root)
