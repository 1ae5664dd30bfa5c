"""docs/templates.md, the contract of the templates: templates.in.md, and what the code says."""

from __future__ import annotations

import ast
import inspect
import re
from dataclasses import fields
from pathlib import Path
from textwrap import dedent
from typing import TYPE_CHECKING, Any, get_args

from pages.given import OF_INSTALL, OF_SKELETONS
from pages.markdown import table
from sidekiq_gen.install.health import HealthCheck
from sidekiq_gen.install.limits import DeadLimits
from sidekiq_gen.job.active_job import Attempts
from sidekiq_gen.job.collaborator import Collaborator
from sidekiq_gen.job.delays import Delay
from sidekiq_gen.job.facts import JobFacts, by_name, facts_of, of_patterns
from sidekiq_gen.job.failure import FailureMark
from sidekiq_gen.job.key_text import Key
from sidekiq_gen.job.kinds.catalogue import KINDS
from sidekiq_gen.job.mark import Mark
from sidekiq_gen.job.migrations import Migration
from sidekiq_gen.job.patterns.catalogue import PATTERNS
from sidekiq_gen.job.resolve import resolve_job
from sidekiq_gen.job.slots import BESIDE_THE_WORK, EVERYWHERE, JOB, MINITEST, RSPEC, Slot
from sidekiq_gen.job.spec_facts import SpecFacts, spec_facts_of
from sidekiq_gen.job.spec_keys import LookAlike
from sidekiq_gen.job.spec_records import SpecRecord
from sidekiq_gen.naming import Argument, JobName, Model
from sidekiq_gen.rails.project import Where, detect_project
from sidekiq_gen.ruby.environment import STAND_INS
from sidekiq_gen.ruby.trackers import Reporter
from sidekiq_gen.sourced import Sourced

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sidekiq_gen.job.kinds.base import Kind
    from sidekiq_gen.job.patterns.base import Pattern
    from sidekiq_gen.job.request import JobRequest

ROOT = Path(__file__).parents[2]
FRAME = ROOT / "docs/templates.in.md"
STOREFRONT = ROOT / "examples/storefront"

SAMPLE = {
    "name": "ChargeCustomer",
    "arguments": ["order:record", "amount:decimal"],
    "advisory_lock": True,
    "idempotency_key": True,
    "discard_on": ["PaymentGateway::CardDeclined"],
    "discard_to": "nowhere",
    "on_exhausted": True,
    "mark_failed": "status=cancelled",
    "log_context": True,
    "retry_after": ["PaymentGateway::RateLimited"],
}
BOTH = "patterns, kinds"
LINE = "job ChargeCustomer order:record amount:decimal ..."
ROWS = {"name": "ChargeOrders", "arguments": ["since:date"], "model": "Order", "kind": "claim"}
ROWS_LINE = "job ChargeOrders since:date --model Order --kind claim"

SKELETONS = (
    "Besides the facts, a skeleton is given the text of each slot by its name. `lookup`, `call` and `around` together "
    "are `perform`, `callbacks` is part of `entry`, and `options` is the whole call of `sidekiq_options`."
)
NAMES = (
    "A name that is not a fact is an error, even in a branch that is not taken: `tests/unit/test_templates.py` reads "
    "them all. `can` has the capabilities that `sidekiq-gen info --json` lists."
)

# How a fact is used that is an object.
INSTEAD = {
    "can": "{% if can.iterable_job %}",
    "style": "style.width",
    "reporter": "reporter.receiver",
    "kind": "kind.batch_size",
    "failed": "failed.column",
    "job": "job.class_name",
}
# How a fact that is a function is called.
CALLS = {
    "report": ("error", ("jid", 'job["jid"]')),
    "own_name_of": (Key("ChargeCustomerJob", ("order",), ":"),),
    "expected_name": (Key("ChargeCustomerJob", ("order",), ":"),),
    "look_alikes": (Key("ChargeCustomerJob", ("order", "amount"), ":", "json"),),
    "observed": ("calls << arguments",),
    "fails_if": ("calls.one?",),
    "number": (20_000,),
    "seconds": (3600,),
    "comment": ("why",),
    "indent": ("text", 1),
}


def pages() -> dict[str, str]:
    """The page as it should be, by its path in docs."""
    sample, rows = _request(SAMPLE), _request(ROWS)
    parts = [
        FRAME.read_text(encoding="utf-8").strip(),
        table(("word", "fact"), ((f"`{word}`", f"`{fact}`") for word, fact in STAND_INS.items())),
        "## Slots",
        *_slots(),
        SKELETONS,
        table(("name", "is"), ((f"`{name}`", text) for name, text in OF_SKELETONS.items())),
        "## Facts",
        NAMES,
        f"The examples come from `{LINE}` in `examples/storefront`; those in italics from `{ROWS_LINE}`.",
        "### In every template",
        table(("fact", "type", "is", "example"), _facts(JobFacts, sample, rows)),
        "### Only in specs and tests",
        table(("fact", "type", "is", "example"), _facts(SpecFacts, sample, rows)),
        "### From chosen patterns",
        table(("fact", "of", "is", "example"), _added(sample)),
        "### What facts are made of",
        *_class(JobName, "`job`."),
        *_class(Argument, "`argument`, in a loop over `arguments`."),
        *_class(Model, "`argument.model`."),
        *_class(Collaborator, "`calls`."),
        *_class(Attempts, "`attempts`."),
        *_class(SpecRecord, "One of `records`."),
        *_class(LookAlike, "One of `look_alikes(key)`."),
        *_class(Reporter, "`reporter`."),
        *_class(FailureMark, "`failed`."),
        *_class(Mark, "`kind.mark`, if the rows are marked."),
        *_class(Delay, "One of `retry_after.delays`."),
        "## Settings",
        "In templates, the settings of a kind are called `kind`, those of a pattern have its name.",
        *(part for kind in KINDS for part in _settings(kind, "kind")),
        *(part for pattern in PATTERNS for part in _settings(pattern, pattern.identifier)),
    ]
    parts += [
        "## Templates of migrations",
        *_class(Migration, "`migration`, the only fact that a template in `migrate/` is given."),
        "## Templates of `install`",
        "The facts that a template in `install/` is given:",
        table(("name", "is"), ((f"`{name}`", text) for name, text in OF_INSTALL.items())),
        *_class(HealthCheck, "`health`."),
        *_class(DeadLimits, "`limits`."),
    ]
    return {"templates.md": "\n\n".join(parts) + "\n"}


def _request(answers: dict[str, Any]) -> JobRequest:
    given = {name: Sourced(value, "flag") for name, value in answers.items()}
    return resolve_job(given, detect_project(Where(root=STOREFRONT), STOREFRONT))


def _slots() -> Iterator[str]:
    heading = ("slot", "filled by", "parameters", "what belongs there")
    yield "A kind places the slots that its jobs have. Every pattern and the kind can fill the slots of patterns."
    yield "### Of a job"
    yield table(heading, (_slot(slot, BOTH if slot.name in EVERYWHERE else "kinds") for slot in JOB.values()))
    yield "\n".join(f"- `{kind.name}` places {_placed(kind)}." for kind in KINDS)
    yield "### Of an RSpec file"
    yield table(heading, (_slot(slot, BOTH) for slot in RSPEC.values()))
    yield "### Of a Minitest file"
    yield table(heading, (_slot(slot, BOTH) for slot in MINITEST.values()))


def _placed(kind: Kind[Any]) -> str:
    if kind.places == EVERYWHERE:
        return "all slots of patterns"
    assert kind.places == BESIDE_THE_WORK
    left_out = ", ".join(f"`{name}`" for name in sorted(EVERYWHERE - kind.places))
    return f"all slots of patterns except {left_out}, because it has methods of its own"


def _slot(slot: Slot, who: str) -> tuple[str, ...]:
    return f"`{slot.name}`", who, ", ".join(f"`{name}`" for name in slot.parameters), f"{slot.text}"


def _facts(owner: type, sample: JobRequest, rows: JobRequest) -> Iterator[tuple[str, ...]]:
    mine = by_name(spec_facts_of(sample, facts_of(sample)))
    theirs = by_name(spec_facts_of(rows, facts_of(rows)))
    for name, (kind, text) in _documented(owner).items():
        example = _example(name, mine[name]) or _example(name, theirs[name], "*")
        yield f"`{name}`", f"`{_cell(kind)}`", _cell(text), example


def _documented(owner: type) -> dict[str, tuple[str, str]]:
    """The fields of a dataclass, each with its type and the docstring below it."""
    (definition,) = ast.parse(dedent(inspect.getsource(owner))).body
    assert isinstance(definition, ast.ClassDef)
    found = {}
    for field, below in zip(definition.body, definition.body[1:], strict=False):
        if isinstance(field, ast.AnnAssign) and isinstance(below, ast.Expr):
            text = " ".join(str(ast.literal_eval(below.value)).split())
            found[ast.unparse(field.target)] = ast.unparse(field.annotation), text
    return found


def _example(name: str, value: object, mark: str = "") -> str:
    if callable(value):
        arguments = CALLS[name]
        shown = ", ".join("key" if isinstance(one, Key) else _ruby(one) for one in arguments)
        return f"{mark}`{name}({shown})`: {_code(str(value(*arguments)))}{mark}"
    if name in INSTEAD:
        return f"`{INSTEAD[name]}`"
    if isinstance(value, bool):
        return f"`{value}`"
    if not value:
        return ""
    if isinstance(value, (frozenset, tuple)):
        value = ", ".join(sorted(getattr(one, "variable", getattr(one, "name", str(one))) for one in value))
    return f"{mark}{_code(str(value))}{mark}"


def _ruby(value: object) -> str:
    if isinstance(value, tuple):
        return f"({', '.join(map(_ruby, value))})"
    return str(value) if isinstance(value, int) else f'"{value}"' if '"' not in str(value) else f"'{value}'"


def _code(text: str) -> str:
    before = "space, " if text.startswith(" ") else ""
    after = ", space" if text.endswith(" ") else ""
    return f"{before}`{_cell(text.strip())}`{after}"


def _cell(text: str) -> str:
    """Text that stands in a cell of a table."""
    return text.replace("\n", " ⏎ ").replace("``", "`")


def _added(sample: JobRequest) -> Iterator[tuple[str, ...]]:
    given = of_patterns(sample)
    for pattern in PATTERNS:
        for name, text in pattern.adds.items():
            yield f"`{name}`", f"`{pattern.name}`", text, _code(str(given[name]))


def _settings(owner: Kind[Any] | Pattern[Any], name: str) -> Iterator[str]:
    yield f"### {owner.name}"
    if owner.shapes:
        yield f"Shapes: {', '.join(f'`{shape}`' for shape in owner.shapes)}."
    if owner.settings is None:
        yield "It has no settings."
        return
    for settings in get_args(owner.settings) or (owner.settings,):
        yield from _class(settings, f"`{name}`.")


def _class(owner: type[Any], lead: str) -> Iterator[str]:
    """A dataclass: what it is, then its fields and properties."""
    first, _, rest = inspect.cleandoc(owner.__doc__ or "").partition("\n\n")
    yield f"{lead} {' '.join(first.split())}".replace("``", "`")
    told = _told(rest)
    lines = [_line(field.name, str(field.type), told.get(field.name, "")) for field in fields(owner)]
    for name, value in vars(owner).items():
        if isinstance(value, property) and value.fget:
            returned = inspect.signature(value.fget).return_annotation
            lines.append(_line(name, str(returned), " ".join((inspect.getdoc(value) or "").split())))
        elif inspect.isfunction(value) and not name.startswith("_"):
            signature = inspect.signature(value)
            call = f"{name}({', '.join([*signature.parameters][1:])})"
            lines.append(_line(call, str(signature.return_annotation), " ".join((inspect.getdoc(value) or "").split())))
    if lines:
        yield table(("name", "type", "is"), lines)


def _line(name: str, kind: str, text: str) -> tuple[str, ...]:
    return f"`{name}`", f"`{_cell(kind)}`", _cell(text)


def _told(text: str) -> Mapping[str, str]:
    """What a docstring says of each field: ``name: text``."""
    told = {}
    found = re.split(r"(?:^|(?<=\. )|(?<=\.\n)|\n)\s*(\w+(?:, \w+)*): ", text)
    for names, said in zip(found[1::2], found[2::2], strict=True):
        for name in names.split(", "):
            told[name] = " ".join(said.split())
    return told
