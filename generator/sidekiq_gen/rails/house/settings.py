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
        "What the names of job classes end in: Job, Worker; empty for nothing.",
        r"(?:[A-Z][A-Za-z0-9]*)?",
        "a word with a capital, or empty",
    ),
    _choice(
        "module",
        "job_module",
        "What a job class includes, where it inherits nothing.",
        "Sidekiq::Job",
        "Sidekiq::Worker",
    ),
    _text(
        "base-class",
        "base",
        "The class of the repo that jobs inherit Sidekiq from; empty where they include it themselves.",
        rf"(?:{_CONSTANT})?",
        "the name of a class, or empty",
    ),
    _switch("short-base", "short_base", "Whether a job leaves out the namespaces of that class that it is in itself."),
    _named(
        "namespaces",
        "compact",
        "Whether namespaces stand around the class, or before its name: class Billing::ChargeJob.",
        {"nested": False, "compact": True},
    ),
    _choice("quotes", "quotes", "The quotes of texts that need no double ones.", "double", "single"),
    _switch("frozen-string-literal", "frozen_string_literal", "Whether files begin with that magic comment."),
    _choice("queue-literal", "queue_literal", "How sidekiq_options names the queue.", "string", "symbol"),
    _choice("first-option", "first_option", "What sidekiq_options names first.", "queue", "retry"),
    _named(
        "lookup",
        "rescues",
        "How a record is looked up that may be missing: find_by and a guard clause, or find and rescue.",
        {"find_by": False, "rescue": True},
    ),
    _choice("logger", "logger", "What a job logs with.", "logger", "Rails.logger", "Sidekiq.logger"),
    _text(
        "error-wrapper",
        "error_wrapper",
        "What reports an error around the tracker: ErrorService.notify; empty for nothing.",
        rf"(?:(?!(?:{'|'.join(CORE_CONSTANTS)})\b){_CONSTANT}\.(?!(?:{'|'.join(TAKEN_METHODS)})\b)[a-z_]\w*!?)?",
        "a class and its method, none of Ruby's own, or empty",
    ),
    Habit("layout", Setting("width", "The most columns of a line.", "number", least=NARROWEST, most=WIDTH), "width"),
    _choice(
        "private", "private", "Where private stands, and the methods below it.", *get_args(Private), table="layout"
    ),
    _switch("blank-after-private", "airy_private", "Whether a blank line follows private.", "layout"),
    _switch(
        "blank-after-include", "airy_include", "Whether a blank line stands between include and the options.", "layout"
    ),
    _switch("hash-spaces", "spaced_hashes", "Whether a hash has spaces inside its braces: { a: 1 }.", "layout"),
    _switch("array-spaces", "spaced_arrays", "Whether an array has spaces inside its brackets: [ 1 ].", "layout"),
    _switch("parameter-spaces", "spaced_parameters", "Whether a block has them before its parameters: { |a|", "layout"),
    _switch("default-spaces", "spaced_defaults", "Whether a default has them around its =: (a = 1).", "layout"),
    _named(
        "argument-commas",
        "argument_commas",
        "Whether a comma follows the last argument, in a call of several lines.",
        _COMMAS,
        "layout",
    ),
    _named("array-commas", "array_commas", "The same in an array.", _COMMAS, "layout"),
    _named("hash-commas", "hash_commas", "The same in a hash.", _COMMAS, "layout"),
    _switch(
        "aligned-arguments", "aligned_arguments", "Whether arguments without brackets stand below each other.", "layout"
    ),
    _switch("implicit-rescue", "implicit_rescue", "Whether rescue leaves out StandardError.", "layout"),
    _switch("closed-raise", "closed_raise", "Whether what is raised stands in brackets: raise(Error).", "layout"),
    _switch("brief-calls", "brief_calls", "Whether call is left out: service.(order).", "layout"),
    _switch("refutes", "refutes", "Whether a test says refute for assert_not.", "layout"),
    _choice("shorthand", "shorthand", "When id: id is id: for short.", *get_args(Shorthand), table="layout"),
    _switch("lists", "lists", "Whether create_list makes several records.", "layout"),
    _switch("unnamed-blocks", "unnamed_blocks", "Whether a block that is only handed on has no name.", "layout"),
    _switch("zip", "zip", "Whether zip is called without arguments to make arrays of one.", "layout"),
    _switch("comment-above-class", "documented", "Whether a comment above a class says what it does.", "layout"),
    Habit(
        "layout",
        Setting("words", "From how many words on an array of them is %w[...]; 0 for never.", "number", most=100),
        "words",
    ),
    _text(
        "place",
        "place",
        "The folder of a spec: {tests} is spec or test, {unit} what is before app/, {folder} what is behind it.",
        _PLACE,
        "a folder relative to the root",
        "spec",
    ),
    _text(
        "helper",
        "helper",
        "The file that a spec requires; empty where .rspec does.",
        r"(?:\w[\w/]*)?",
        "the name of a file, or empty",
        "spec",
    ),
    _named(
        "entry",
        "bare",
        "What the outermost group of a spec begins with.",
        {"RSpec.describe": False, "describe": True},
        "spec",
    ),
    _text(
        "type",
        "type",
        "What it says that it is: job for type: :job; empty for nothing.",
        r"(?:[a-z_]\w*)?",
        "a word",
        "spec",
    ),
    _choice("negation", "negation", "What turns an expectation round.", "not_to", "to_not", table="spec"),
    _choice("instance", "instance", "What a spec calls the job that it runs.", *sorted(INSTANCES), table="spec"),
    _text(
        "group",
        "group",
        'What is around the examples that run the job: describe "#perform"; empty for nothing.',
        r'(?:(?:describe|context) "[^"\\#\n]*(?:#[^{$@"\\\n][^"\\#\n]*)?")?',
        "describe or context and a text in double quotes, or empty",
        "spec",
    ),
    _switch(
        "inline",
        "inline",
        "Whether a spec that only runs its job names it not: described_class.new.perform.",
        "spec",
    ),
    _choice("quotes", "quotes", "The quotes of specs, where they differ.", "double", "single", table="spec"),
    _switch("frozen-string-literal", "frozen_string_literal", "Whether specs begin with that magic comment.", "spec"),
    _choice("doubles", "doubles", "What a test of Minitest stubs methods with.", "minitest", "mocha", table="spec"),
    _text("superclass", "superclass", "What a test of Minitest inherits from.", _CONSTANT, "a class", "spec"),
    _choice("example", "example", "How a test of Minitest begins.", "test", "it", "def", table="spec"),
    _named(
        "factories",
        "bare_factories",
        "How a record is made: create(:order), or with the name of the library before it.",
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
