"""The habits of the house that ``.sidekiq-gen.toml`` can set for good: one row for each key says all about it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar, get_args

from sidekiq_gen.rails.house.layout import NARROWEST, WIDTH, LayoutHabits
from sidekiq_gen.rails.house.spec_files import INSTANCES
from sidekiq_gen.reserved import CORE_CONSTANTS, TAKEN_METHODS
from sidekiq_gen.settings import Setting
from sidekiq_gen.sourced import Sourced
from sidekiq_gen.style import Commas, Private, Shorthand
from sidekiq_gen.values import dataclass, names_of, replace

if TYPE_CHECKING:
    from sidekiq_gen.settings import SettingsFile

C = TypeVar("C")

_CONSTANT = r"[A-Z]\w*(?:::[A-Z]\w*)*"
_COMMAS = {one.replace("_", "-"): one for one in get_args(Commas)}
_PLACE = r"(?!/)(?!.*(?:^|/)\.\.?(?:/|$))(?:[\w./-]|\{(?:tests|unit|folder)\})+"
_FOLDER = r"(?!/)(?!.*(?:^|/)\.\.?(?:/|$))[^\0-\x1f\\:*?\"'<>|]+"


@dataclass(frozen=True)
class Habit:
    """One key of the tables ``[house]``, ``[layout]`` and ``[spec]``.

    field: the field of the habits that it sets. values: what its choices stand for; empty where they stand for
    themselves.
    """

    table: str
    setting: Setting
    field: str
    values: tuple[tuple[str, Any], ...] = ()

    def value(self, written: object) -> object:
        """What a value of the file stands for."""
        return dict(self.values).get(str(written), written) if self.values else written

    def written(self, value: object) -> object:
        """How the file says a value."""
        return next((name for name, meant in self.values if meant == value), value) if self.values else value


def _choice(name: str, field: str, text: str, *choices: str, table: str = "house") -> Habit:
    return Habit(table, Setting(name, text, "choice", choices), field)


def _named(name: str, field: str, text: str, values: dict[str, Any], table: str = "house") -> Habit:
    return Habit(table, Setting(name, text, "choice", tuple(values)), field, tuple(values.items()))


def _switch(name: str, field: str, text: str, table: str = "house") -> Habit:
    return Habit(table, Setting(name, text, "switch"), field)


def _text(name: str, field: str, text: str, pattern: str, shape: str, table: str = "house") -> Habit:  # noqa: PLR0913,PLR0917 - a row
    return Habit(table, Setting(name, text, "text", pattern=pattern, shape=shape), field)


HABITS = (
    _text("directory", "job_dir", "The folder of job classes.", _FOLDER, "a folder relative to the root"),
    _text(
        "suffix",
        "suffix",
        "The suffix of job classes, such as Job or Worker; empty for none.",
        r"(?:[A-Z][A-Za-z0-9]*)?",
        "a capitalized word, or empty",
    ),
    _choice(
        "module",
        "job_module",
        "The module that a job class without a base class includes.",
        "Sidekiq::Job",
        "Sidekiq::Worker",
    ),
    _text(
        "base-class",
        "base",
        "The base class of jobs; empty if each job includes the module itself.",
        rf"(?:{_CONSTANT})?",
        "the name of a class, or empty",
    ),
    _switch("short-base", "short_base", "Whether a job omits those namespaces of its base class that it shares."),
    _named(
        "namespaces",
        "compact",
        "Whether namespaces are nested modules, or part of the name: class Billing::ChargeJob.",
        {"nested": False, "compact": True},
    ),
    _choice("quotes", "quotes", "The quotes of strings that do not need double ones.", "double", "single"),
    _switch("frozen-string-literal", "frozen_string_literal", "Whether job files begin with the magic comment."),
    _choice(
        "queue-literal",
        "queue_literal",
        "Whether sidekiq_options names the queue as a string or a symbol.",
        "string",
        "symbol",
    ),
    _choice("first-option", "first_option", "The first key of sidekiq_options.", "queue", "retry"),
    _named(
        "lookup",
        "rescues",
        "How a job looks up a record that may be missing: find_by with a guard clause, or find with rescue.",
        {"find_by": False, "rescue": True},
    ),
    _choice("logger", "logger", "The logger of a job.", "logger", "Rails.logger", "Sidekiq.logger"),
    _text(
        "error-wrapper",
        "error_wrapper",
        "The method of the repo that reports errors, such as ErrorService.notify; empty for none.",
        rf"(?:(?!(?:{'|'.join(CORE_CONSTANTS)})\b){_CONSTANT}\.(?!(?:{'|'.join(TAKEN_METHODS)})\b)[a-z_]\w*!?)?",
        "a class and its method, not one of Ruby's own, or empty",
    ),
    Habit("layout", Setting("width", "The maximum line length.", "number", least=NARROWEST, most=WIDTH), "width"),
    _choice(
        "private",
        "private",
        "The indentation of private and of the methods below it.",
        *get_args(Private),
        table="layout",
    ),
    _switch("blank-after-private", "airy_private", "Whether a blank line follows private.", "layout"),
    _switch("blank-after-include", "airy_include", "Whether a blank line follows include.", "layout"),
    _switch("hash-spaces", "spaced_hashes", "Whether a hash has spaces inside its braces: { a: 1 }.", "layout"),
    _switch("array-spaces", "spaced_arrays", "Whether an array has spaces inside its brackets: [ 1 ].", "layout"),
    _switch(
        "parameter-spaces", "spaced_parameters", "Whether a block has a space before its parameters: { |a|.", "layout"
    ),
    _switch("default-spaces", "spaced_defaults", "Whether a default value has spaces around =: (a = 1).", "layout"),
    _named(
        "argument-commas",
        "argument_commas",
        "When a multiline call has a trailing comma.",
        _COMMAS,
        "layout",
    ),
    _named("array-commas", "array_commas", "When a multiline array has a trailing comma.", _COMMAS, "layout"),
    _named("hash-commas", "hash_commas", "When a multiline hash has a trailing comma.", _COMMAS, "layout"),
    _switch(
        "aligned-arguments",
        "aligned_arguments",
        "Whether the arguments of a call without parentheses are aligned.",
        "layout",
    ),
    _switch("implicit-rescue", "implicit_rescue", "Whether rescue omits StandardError.", "layout"),
    _switch("closed-raise", "closed_raise", "Whether raise has parentheses: raise(Error).", "layout"),
    _switch("brief-calls", "brief_calls", "Whether call is omitted: service.(order).", "layout"),
    _switch("refutes", "refutes", "Whether tests use refute instead of assert_not.", "layout"),
    _choice(
        "shorthand", "shorthand", "When a hash omits values: id: for id: id.", *get_args(Shorthand), table="layout"
    ),
    _switch("lists", "lists", "Whether several records are made with create_list.", "layout"),
    _switch("unnamed-blocks", "unnamed_blocks", "Whether a block that is only passed on is anonymous (&).", "layout"),
    _switch("zip", "zip", "Whether zip without arguments replaces a block that wraps each item in an array.", "layout"),
    _switch("comment-above-class", "documented", "Whether a job class has a comment above it.", "layout"),
    Habit(
        "layout",
        Setting(
            "words", "The number of words from which an array is written as %w[...]; 0 for never.", "number", most=100
        ),
        "words",
    ),
    _text(
        "place",
        "place",
        "The folder of a spec: {tests} is spec or test, {unit} the path before app/, {folder} the path after it.",
        _PLACE,
        "a folder relative to the root",
        "spec",
    ),
    _text(
        "helper",
        "helper",
        "The file that a spec requires; empty if .rspec requires it.",
        r"(?:\w[\w/]*)?",
        "the name of a file, or empty",
        "spec",
    ),
    _named(
        "entry",
        "bare",
        "How the outermost group of a spec begins.",
        {"RSpec.describe": False, "describe": True},
        "spec",
    ),
    _text(
        "type",
        "type",
        "The type of a spec: job for type: :job; empty for none.",
        r"(?:[a-z_]\w*)?",
        "a word",
        "spec",
    ),
    _choice("negation", "negation", "How expectations are negated.", "not_to", "to_not", table="spec"),
    _choice("instance", "instance", "The name of the job in a spec.", *sorted(INSTANCES), table="spec"),
    _text(
        "group",
        "group",
        'The group around the examples that run the job, such as describe "#perform"; empty for none.',
        r'(?:(?:describe|context) "[^"\\#\n]*(?:#[^{$@"\\\n][^"\\#\n]*)?")?',
        "describe or context, and a text in double quotes; or empty",
        "spec",
    ),
    _switch(
        "inline",
        "inline",
        "Whether a spec that only runs the job does so without a name: described_class.new.perform.",
        "spec",
    ),
    _choice(
        "quotes", "quotes", "The quotes in specs, if they differ from those in jobs.", "double", "single", table="spec"
    ),
    _switch("frozen-string-literal", "frozen_string_literal", "Whether specs begin with the magic comment.", "spec"),
    _choice(
        "doubles", "doubles", "The library that Minitest tests stub methods with.", "minitest", "mocha", table="spec"
    ),
    _text("superclass", "superclass", "The superclass of Minitest tests.", _CONSTANT, "a class", "spec"),
    _choice("example", "example", "How each Minitest test begins.", "test", "it", "def", table="spec"),
    _named(
        "factories",
        "bare_factories",
        "How a record is made: create(:order), or FactoryBot.create(:order).",
        {"bare": True, "qualified": False},
        "spec",
    ),
)
HABIT_TABLES = ("house", "layout", "spec")
# Habits that a flag says, which the table [job] can set: --retry, --on-missing.
SET_BY_FLAGS = frozenset({"queue", "retry", "on_missing"})


def settled(habits: C, file: SettingsFile, table: str) -> C:
    """The habits, with what a table of the file sets in place of what the repo shows.

    habits: the dataclass that has the fields of that table.

    Raises:
        InvalidInput: a key or a value of the table makes no sense.
    """
    own = names_of(habits)
    found = {name: value for name, value in read_habits(file, table).items() if name in own}
    return replace(habits, **found) if found else habits  # type: ignore[type-var]


def settled_layout(habits: LayoutHabits, file: SettingsFile) -> LayoutHabits:
    """The same for the layout.

    Raises:
        InvalidInput: a key or a value of its table makes no sense.
    """
    found = read_habits(file, "layout")
    width = found.pop("width", habits.width)
    return LayoutHabits({**habits.seen, **found}, width)


def read_habits(file: SettingsFile, table: str) -> dict[str, Sourced[Any]]:
    """What a table sets, by field.

    Raises:
        InvalidInput: a key or a value makes no sense.
    """
    rows = {habit.setting.name: habit for habit in HABITS if habit.table == table}
    found = file.read(table, [habit.setting for habit in rows.values()])
    return {
        rows[name].field: Sourced(rows[name].value(value.value), value.origin, value.reason)
        for name, value in found.items()
    }
