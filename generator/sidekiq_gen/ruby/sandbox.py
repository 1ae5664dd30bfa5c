"""Templates that somebody else has written: they are given facts, and can do nothing but make text of them.

Jinja's sandbox keeps them from whatever is not a fact. What it leaves open is bounded here: how much a template may do
(`STEPS`, `SECONDS`) and write, and how long a text may become (`CHARACTERS`). A template that goes beyond is an error
like any other fault, with its line.
"""

from __future__ import annotations

from contextlib import contextmanager
from itertools import islice
from time import process_time
from typing import TYPE_CHECKING, Any

from jinja2 import (
    StrictUndefined,
    Template,
    TemplateError,
    TemplateNotFound,
    TemplateSyntaxError,
    Undefined,
    nodes,
    pass_context,
)
from jinja2.compiler import CodeGenerator
from jinja2.exceptions import SecurityError
from jinja2.filters import do_indent
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.visitor import NodeTransformer

from sidekiq_gen.errors import BrokenTemplate
from sidekiq_gen.quoting import ruby_string, ruby_symbol

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from types import TracebackType

STEPS = 100_000  # rounds of loops, calls, files that are included; the built-in templates take a few hundred for a job
SECONDS = 0.5  # of processor time for one slot; the built-in templates take a few thousandths
CHARACTERS = 1_000_000  # in one text, and in all that is written for one slot
LARGEST = 10**18  # of integers

GLOBALS = frozenset({"range", "dict", "namespace"})
FILTERS = frozenset(
    {
        *("abs", "attr", "capitalize", "count", "d", "default", "dictsort", "first", "groupby", "int", "items", "last"),
        *("length", "list", "lower", "map", "max", "min", "reject", "rejectattr", "reverse", "round", "select"),
        *("selectattr", "sort", "sum", "title", "trim", "truncate", "unique", "upper"),
    }
)
# What may be called on a text or a value: nothing whose result is longer than what it is given.
_METHODS: dict[type, frozenset[str]] = {
    str: frozenset(
        "lower upper capitalize title strip lstrip rstrip startswith endswith split splitlines count find "
        "removeprefix removesuffix partition rpartition isdigit isalpha isidentifier".split()
    ),
    dict: frozenset({"items", "keys", "values", "get"}),
    list: frozenset({"index", "count"}),
    tuple: frozenset({"index", "count"}),
    int: frozenset(),
    float: frozenset(),
    set: frozenset(),
    frozenset: frozenset(),
    bytes: frozenset(),
}
_PLAIN = (str, int, float, type(None))


class Sandbox(ImmutableSandboxedEnvironment):
    """The environment in which they are rendered."""

    intercepted_binops = frozenset({"+", "*", "**", "%"})

    def __init__(self, **options: Any) -> None:
        super().__init__(finalize=self._written, undefined=StrictUndefined, **options)
        self.globals = {name: value for name, value in self.globals.items() if name in GLOBALS}
        self.filters = {name: value for name, value in self.filters.items() if name in FILTERS}
        self.filters |= {"ruby_string": ruby_string, "ruby_symbol": ruby_symbol, "string": _text, "join": _joined}
        self.filters |= {
            "indent": _indented,
            "replace": _replaced,
            "_rounds": self._rounds,
            "_tick": self._tick,
            "_joined": _joined,
        }
        self.begin()

    def begin(self) -> None:
        """Let a template begin anew with what it may do."""
        self._steps, self._characters, self._end = STEPS, CHARACTERS, process_time() + SECONDS

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        """Of texts and collections a few methods; of facts what has no underscore in front."""
        for kind, methods in _METHODS.items():
            if isinstance(obj, kind):
                return attr in methods or (attr in getattr(obj, "_fields", ()))
        return super().is_safe_attribute(obj, attr, value)

    def call(self, context: Any, obj: Any, /, *args: Any, **kwargs: Any) -> Any:
        """Call something, which is a step."""
        self._step()
        return super().call(context, obj, *args, **kwargs)

    def get_template(self, name: Any, parent: str | None = None, globals: Any = None) -> Template:  # noqa: A002 - as Jinja has it
        """A template, which is a step where another one includes it."""
        if parent is not None:
            self._step()
        return super().get_template(name, parent, globals)

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        """Calculate, as long as it stays small."""
        del context
        if operator == "%" and isinstance(left, str):
            raise SecurityError("texts are not formatted with %")
        if operator == "**":
            raise SecurityError("nothing is raised to a power")
        if operator == "*" and not (_is_number(left) and _is_number(right)):
            raise SecurityError("only numbers are multiplied")
        if operator == "+" and not _is_number(left):
            _bounded(len(left) + len(right))
        result = self.binop_table[operator](left, right)
        if _is_number(result) and abs(result) > LARGEST:
            raise SecurityError("a number became too large")
        return result

    def _step(self) -> None:
        self._steps -= 1
        if self._steps < 0:
            raise SecurityError(f"it takes more than {STEPS:,} steps")
        if process_time() > self._end:
            raise SecurityError(f"it takes more than {SECONDS:g} s")

    @pass_context
    def _tick(self, _context: Any, value: Any) -> Any:
        """A round of a loop; with the context Jinja does not compute it once and for all."""
        self._step()
        return value

    def _rounds(self, values: Iterable[Any]) -> list[Any]:
        """What a loop goes through."""
        found = list(islice(values, STEPS + 1))
        if len(found) > STEPS:
            raise SecurityError(f"it takes more than {STEPS:,} steps")
        return found

    def _written(self, value: Any) -> Any:
        """What is written of a value: texts and numbers; a list or an object there is a mistake."""
        text = _text(value)
        self._characters -= len(text)
        if self._characters < 0:
            raise SecurityError(f"it writes more than {CHARACTERS:,} characters")
        return text


class _Bounding(NodeTransformer):
    """Has each loop counted, and each text that is put together with ~ measured."""

    def visit_For(self, node: nodes.For) -> nodes.Node:  # noqa: N802 - as Jinja has it
        self.generic_visit(node)
        node.iter = _filtered(node.iter, "_rounds", node)
        round_ = nodes.Const(True, lineno=node.lineno, environment=node.environment)  # noqa: FBT003 - as Jinja has it
        node.body.insert(0, nodes.ExprStmt(_filtered(round_, "_tick", node), lineno=node.lineno))
        node.test = _filtered(node.test, "_tick", node) if node.test else None
        return node

    def visit_Concat(self, node: nodes.Concat) -> nodes.Node:  # noqa: N802 - as Jinja has it
        self.generic_visit(node)
        return _filtered(nodes.List(node.nodes, lineno=node.lineno, environment=node.environment), "_joined", node)


def _filtered(node: Any, name: str, place: nodes.Node) -> nodes.Expr:
    """An expression behind a filter."""
    return nodes.Filter(node, name, [], [], None, None, lineno=place.lineno, environment=place.environment)


class BoundedCode(CodeGenerator):
    """Compiles a template with its bounds in it."""

    def visit_Template(self, node: nodes.Template, frame: Any = None) -> None:  # noqa: N802 - as Jinja has it
        """Compile all of it."""
        super().visit_Template(_Bounding().visit(node), frame)


class SandboxedTemplate(Template):
    """A template whose faults are told as such."""

    def render(self, *args: Any, **kwargs: Any) -> str:
        """Its text.

        Raises:
            BrokenTemplate: it cannot be rendered.
        """
        with judged(self.environment, self):
            return super().render(*args, **kwargs)

    def make_module(self, *args: Any, **kwargs: Any) -> Any:
        """Its macros.

        Raises:
            BrokenTemplate: likewise.
        """
        with judged(self.environment, self):
            return super().make_module(*args, **kwargs)


Sandbox.code_generator_class = BoundedCode
Sandbox.template_class = SandboxedTemplate


NESTED = "is nested too deeply"
_FAULTS = (TemplateError, ArithmeticError, AttributeError, LookupError, TypeError, ValueError)


@contextmanager
def judged(environment: Any, template: Template | None = None, name: str = "") -> Iterator[None]:
    """Run a template inside, and tell what goes wrong there with its file and its line.

    template: that which is rendered; or name, that which is read.

    Raises:
        BrokenTemplate: something went wrong.
    """
    environment.begin()
    own = str(template.filename) if template else name
    try:
        yield
    except BrokenTemplate:
        raise
    except TemplateSyntaxError as error:
        raise BrokenTemplate(str(error.filename or error.name or name), _fault(error), error.lineno) from None
    except _FAULTS as error:
        path, line = _place(error.__traceback__)
        raise BrokenTemplate(path or own, _fault(error), line) from None
    except RecursionError:
        raise BrokenTemplate(own, "calls or includes itself without end" if template else NESTED) from None
    except (MemoryError, SyntaxError):  # of Python's own compiler, given what is nested too deeply
        raise BrokenTemplate(own, NESTED) from None


def _place(traceback: TracebackType | None) -> tuple[str, int | None]:
    """The file and line of the innermost template that was running."""
    place: tuple[str, int | None] = ("", None)
    while traceback:
        running = traceback.tb_frame.f_globals
        template = running.get("__jinja_template__")
        if template is not None:
            place = (str(template.filename), template.get_corresponding_lineno(traceback.tb_lineno))
        elif "__jinja_exception__" in running:
            place = (traceback.tb_frame.f_code.co_filename, traceback.tb_lineno)
        traceback = traceback.tb_next
    return place


def _fault(error: BaseException) -> str:
    if isinstance(error, TemplateNotFound):
        return f"includes or imports {str(error)[:200]}, which is not in any tree"
    message = str(getattr(error, "message", None) or str(error) or type(error).__name__).strip().removesuffix(".")
    return f"cannot be used: {message[:200]}"


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float))


def _bounded(length: int) -> None:
    if length > CHARACTERS:
        raise SecurityError(f"a text became longer than {CHARACTERS:,} characters")


def _text(value: Any) -> str:
    """A value as text: of texts, numbers, true, false and nothing."""
    if isinstance(value, Undefined):
        return str(value)  # raises
    if not isinstance(value, _PLAIN):
        raise SecurityError(f"{type(value).__name__} is no text: name one of its parts, or join them")
    return str(value)


def _joined(values: Iterable[Any], separator: str = "", attribute: None = None) -> str:
    """The values one behind the other."""
    del attribute
    texts = [_text(value) for value in islice(values, STEPS)]
    _bounded(sum(map(len, texts)) + len(separator) * len(texts))
    return separator.join(texts)


def _replaced(text: Any, old: str, new: str) -> str:
    before = _text(text)
    _bounded(len(before) + before.count(old) * len(new))
    return before.replace(old, new)


def _indented(text: Any, width: int = 4, first: bool = False, blank: bool = False) -> str:  # noqa: FBT001, FBT002 - as Jinja has it
    """As Jinja's own, up to a width that a line can have."""
    text = _text(text)
    if not 0 <= width <= 80:  # noqa: PLR2004 - a line of Ruby
        raise SecurityError("a text is indented by 80 columns at most")
    _bounded(len(text) + width * text.count("\n"))
    moved: str = do_indent(text, width, first, blank)
    return moved
