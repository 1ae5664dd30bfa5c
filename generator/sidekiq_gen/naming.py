"""What a person types as NAME, ARG:TYPE or ERROR, turned into Ruby names."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Literal, get_args

import inflection

from sidekiq_gen.errors import InvalidInput
from sidekiq_gen.near import meant
from sidekiq_gen.plurals import singular
from sidekiq_gen.quoting import is_constant, ruby_label
from sidekiq_gen.regex import regex
from sidekiq_gen.reserved import CORE_CONSTANTS, KEYWORDS, TAKEN_METHODS
from sidekiq_gen.values import dataclass, replace

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

ArgumentType = Literal["integer", "string", "float", "boolean", "array", "hash", "record", "date", "time", "decimal"]

WORK = "work"
# What Rails' own generators and dumps of schemas call such an argument. Source: rails v8.1.0
# railties/lib/rails/generators/generated_attribute.rb:11 (the types of an attribute), activerecord/lib/active_record/
# connection_adapters/postgresql_adapter.rb:134 (NATIVE_DATABASE_TYPES).
_TYPES_ELSEWHERE = {
    **dict.fromkeys(("references", "belongs_to", "model", "id"), "record"),
    **dict.fromkeys(("text", "uuid", "citext", "symbol", "enum"), "string"),
    **dict.fromkeys(("bigint", "number"), "integer"),
    **dict.fromkeys(("datetime", "timestamp", "timestamptz"), "time"),
    **dict.fromkeys(("json", "jsonb", "hstore", "object"), "hash"),
    **dict.fromkeys(("money", "numeric"), "decimal"),
    **dict.fromkeys(("list", "set"), "array"),
    "double": "float",
}

_SEGMENT = regex(r"[A-Za-z][A-Za-z0-9_]*")
_LOCAL = regex(r"[a-z][a-z0-9_]*")  # an underscore in front would say that it is not used
_COLUMN = regex(r"[a-z_][a-z0-9_]*")
# What stands between two words of a name that somebody writes as a sentence: charge order, charge-order.
_BETWEEN_WORDS = regex(r"(?<=[A-Za-z0-9])[ -](?=[A-Za-z0-9])")
# The path of a file in a folder for jobs, as a shell completes it or git shows it.
_PATH = regex(r"(?:\./)?((?:[\w-]+/)*?app/[\w-]+)/(\w[\w/]*)\.rb", re.ASCII)
_CONSTANT = regex(r"[A-Z][A-Za-z0-9_]*(?:::[A-Z][A-Za-z0-9_]*)*")
MAXIMUM_LENGTH = 120
KNOWN_WORDS = 4096


@lru_cache(maxsize=KNOWN_WORDS)
def _underscored(word: str) -> str:
    return inflection.underscore(word)


def camelize(path: str, acronyms: Sequence[str] = ()) -> str:
    """``billing/charge_api`` -> ``Billing::ChargeApi``, with the repo's acronyms (``API``) kept."""
    known = {acronym.lower(): acronym for acronym in acronyms}
    return "::".join(
        "".join(known.get(word) or word[:1].upper() + word[1:] for word in segment.split("_"))
        for segment in path.split("/")
    )


def underscore(constant: str, acronyms: Sequence[str] = ()) -> str:
    """``Billing::ChargeAPI`` -> ``billing/charge_api``."""
    if acronyms:
        known = "|".join(map(re.escape, acronyms))
        constant = re.sub(rf"(?<![A-Z])(?:{known})(?![a-z])", lambda found: f"_{found.group().lower()}_", constant)
    segments = (_underscored(segment).strip("_") for segment in constant.split("::"))
    return re.sub(r"__+", "_", "/".join(segments))


@dataclass(frozen=True)
class JobName:
    """The names of one job.

    path: underscored, without the suffix: ``billing/charge_customer``.
    class_name: ``Billing::ChargeCustomerJob``.
    file_stem: ``billing/charge_customer_job``.
    within: the namespace of the folder it is in, which the path and the stem do not repeat: ``Workers``; mostly empty.
    other_method: the private method that holds the work, where it cannot be named after the job; else empty.
    """

    path: str
    class_name: str
    file_stem: str
    other_method: str = ""
    within: str = ""

    @property
    def namespaces(self) -> tuple[str, ...]:
        """The modules around the class, outermost first: ``("Billing",)``."""
        return tuple(self.class_name.split("::")[:-1])

    @property
    def bare_class(self) -> str:
        """The class without its namespaces."""
        return self.class_name.split("::")[-1]

    @property
    def words(self) -> tuple[str, ...]:
        """The words of the name itself: ``("charge", "customer")``."""
        return tuple(self.path.split("/")[-1].split("_"))

    @property
    def method(self) -> str:
        """The private method that holds the work: ``charge_customer``."""
        return self.other_method or "_".join(self.words)

    @property
    def for_one(self) -> JobName:
        """The same with a method for one of what its last word says: ``charge_order`` of ``ChargeOrders``."""
        *verbs, last = self.words
        return replace(self, other_method="_".join([*verbs, singular(last)])) if verbs else self

    def beside(self, taken: Collection[str]) -> JobName:
        """The same with another method where its name is taken."""
        return replace(self, other_method=WORK) if self.method in taken else self

    @property
    def slug(self) -> str:
        """The name as the first part of an idempotency key: ``billing--charge-customer``; no other path has it."""
        return self.path.replace("/", "--").replace("_", "-")


def split_path(text: str) -> tuple[str, str]:
    """The folder and the name that the path of a job's file says; no folder where the text is no such path.

    ``app/jobs/billing/charge_order_job.rb`` -> ``app/jobs``, ``billing/charge_order_job``.
    """
    found = _PATH.fullmatch(text)
    return (found[1], found[2]) if found else ("", text)


def parse_job_name(text: str, *, suffix: str, acronyms: Sequence[str] = (), within: str = "") -> JobName:
    """Read NAME in any of its forms.

    suffix: that the class gets, and that is taken off what was typed: ``Job``; empty for none.
    within: the namespace of the folder it is in, which may be typed or not.

    Raises:
        InvalidInput: the result would be no Ruby constant, or one that Ruby or Rails already owns.
    """
    return _parsed(text, suffix, tuple(acronyms), within)


# A name is read again with what is known of its folder and its neighbours by then, which is mostly what was known.
@lru_cache(maxsize=KNOWN_WORDS)
def _parsed(text: str, suffix: str, acronyms: tuple[str, ...], within: str) -> JobName:
    """The same.

    Raises:
        InvalidInput, likewise.
    """
    segments = re.split(r"::|/", _BETWEEN_WORDS.sub("_", split_path(text.strip())[1]))
    if len(text) > MAXIMUM_LENGTH or not all(_SEGMENT.fullmatch(segment) for segment in segments):
        raise InvalidInput(
            f"{_shown(text)} cannot become the name of a Ruby class.",
            hint="Use letters, digits and underscores, starting with a letter: ProcessOrder or billing/process_order.",
            code="invalid-name",
        )
    paths = [underscore(segment, acronyms) for segment in segments]
    outer = underscore(within, acronyms).split("/") if within else []
    paths = paths[len(outer) :] if paths[: len(outer)] == outer and len(paths) > len(outer) else paths
    paths[-1] = re.sub(rf"_?(?:job|worker|{re.escape(suffix.lower()) or 'job'})$", "", paths[-1])
    reserved = next((path for path in paths if path in KEYWORDS or path.upper() in {"BEGIN", "END"}), None)
    if not paths[-1] or reserved:
        what = f"{_shown(text)} is a reserved word of Ruby" if reserved else f"{_shown(text)} is only a suffix"
        raise InvalidInput(f"{what}.", hint="Say what the job does: ProcessOrder.", code="invalid-name")
    stem = "/".join(paths) + (f"_{suffix.lower()}" if suffix else "")
    class_name = f"{within}::{camelize(stem, acronyms)}".removeprefix("::")
    _refuse_no_constant(class_name, acronyms, "invalid-name")
    name = JobName("/".join(paths), class_name, stem, within=within).beside(TAKEN_METHODS | KEYWORDS)
    if name.class_name.split("::")[0] in CORE_CONSTANTS:
        raise InvalidInput(
            f"{name.class_name} would reopen {name.class_name.split('::')[0]}, which Ruby or Rails owns.",
            hint="Choose another name or namespace.",
            code="invalid-name",
        )
    return name


@dataclass(frozen=True)
class Model:
    """An ActiveRecord model: ``Billing::Invoice``.

    name: in full. key: the column of its primary key. key_type: in Rails' words; empty where nothing says it.
    """

    name: str
    key: str = "id"
    key_type: str = ""

    @property
    def variable(self) -> str:
        """The local variable that holds one record: ``invoice``."""
        return _underscored(self.name.split("::")[-1])

    @property
    def key_word(self) -> str:
        """The key as Ruby spells it beside a colon, in symbols and labels: ``id``, ``"Account No"``."""
        return ruby_label(self.key)


def parse_model(text: str, acronyms: Sequence[str] = ()) -> Model:
    """Read ``--model`` as ``Billing::Invoice`` or ``billing/invoice``.

    Raises:
        InvalidInput: it cannot be the name of a class.
    """
    name = camelize(underscore(text.replace("/", "::"), acronyms), acronyms)
    segments = re.split(r"::|/", text)
    taken = Model(name).variable in KEYWORDS
    if taken or len(text) > MAXIMUM_LENGTH or not all(_SEGMENT.fullmatch(segment) for segment in segments):
        raise InvalidInput(
            f"{_shown(text)} cannot be the name of a model.",
            hint="Give its class: --model Order.",
            code="invalid-model",
        )
    if _CONSTANT.fullmatch(text):
        return Model(text)
    _refuse_no_constant(name, acronyms, "invalid-model")
    return Model(name)


@dataclass(frozen=True)
class Argument:
    """One argument of ``perform``.

    name: the local variable (``order`` for ``order:record``). type: the word after the colon.
    model: set for records only.
    parameter_stem: what the parameter of a record is called after, where that is not the variable.
    by_id: whether a record travels by its id; else perform is handed the record itself, and a date a Date.
    """

    name: str
    type: ArgumentType
    model: Model | None = None
    parameter_stem: str = ""
    by_id: bool = True

    @property
    def parameter(self) -> str:
        """The name in the parameter list: ``order_id`` for a record that travels by its id."""
        return f"{self.parameter_stem or self.name}_id" if self.model and self.by_id else self.name


def parse_argument(text: str, acronyms: Sequence[str] = ()) -> Argument:
    """Read one ``ARG:TYPE``; the type is ``string`` when left out.

    Raises:
        InvalidInput: the name is no Ruby local variable, or the type is none of the ten.
    """
    name, _, kind = text.partition(":")
    bare = name.removesuffix("_id") if kind == "record" else name
    model = camelize(bare, acronyms) if kind == "record" else None
    if not _LOCAL.fullmatch(bare) or len(name) > MAXIMUM_LENGTH or bare in KEYWORDS:
        raise InvalidInput(
            f"{_shown(name)} cannot be the name of an argument.",
            hint="Use lower-case letters, digits and underscores, and no reserved word: amount:decimal.",
            code="invalid-argument",
        )
    if kind not in {*get_args(ArgumentType), ""}:
        raise InvalidInput(
            f"{_shown(kind)} is not a type of argument.",
            hint=meant(
                kind, get_args(ArgumentType), _TYPES_ELSEWHERE, f"The types are {', '.join(get_args(ArgumentType))}."
            ),
            code="invalid-argument",
        )
    if model is not None:
        _refuse_no_constant(model, acronyms, "invalid-argument")
    return Argument(bare, kind or "string", Model(model) if model else None)  # type: ignore[arg-type]


def parse_error_class(text: str) -> str:
    """Read the ERROR of ``--discard-on``.

    Raises:
        InvalidInput: it is no Ruby constant.
    """
    constant = text.removeprefix("::")
    if not _CONSTANT.fullmatch(constant) or len(constant) > MAXIMUM_LENGTH:
        raise InvalidInput(
            f"{_shown(text)} is not the name of an error class.",
            hint="Give a constant: ActiveRecord::RecordInvalid.",
            code="invalid-error-class",
        )
    return constant


def parse_queue(text: str) -> str:
    """Read ``--queue``.

    Raises:
        InvalidInput: it holds something other than letters, digits, ``_``, ``-``, ``.``, ``:`` or ``/``.
    """
    if not re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9_.:/-]*", text):
        raise InvalidInput(
            f"{_shown(text)} cannot be the name of a queue.",
            hint="Use letters, digits, underscores and dashes: --queue mailers.",
            code="invalid-queue",
        )
    return text


def parse_column(text: str) -> str:
    """Read the COLUMN of ``--check-then-act``.

    Raises:
        InvalidInput: it cannot be the name of an attribute.
    """
    if not _COLUMN.fullmatch(text) or text in KEYWORDS:
        raise InvalidInput(
            f"{_shown(text)} cannot be the name of a column.",
            hint="Give the column that marks the work as done: --check-then-act charged_at.",
            code="invalid-column",
        )
    return text


def _refuse_no_constant(name: str, acronyms: Sequence[str], code: str) -> None:
    """Refuse what an acronym that begins with a small letter makes of a name: ``eBaySyncJob``.

    Raises:
        InvalidInput: Ruby takes it for no constant.
    """
    if is_constant(name):
        return
    small = [one for one in acronyms if not is_constant(one) and re.search(rf"(?:\A|::){re.escape(one)}", name)]
    raise InvalidInput(
        f"{_shown(name)} is no constant of Ruby, as one begins with a capital letter.",
        hint=f'config/initializers/inflections.rb has the acronym "{small[0]}": put another word before it.'
        if small
        else "Choose another name, or another folder: --dir app/jobs.",
        code=code,
    )


def _shown(text: str) -> str:
    """What was typed, safe to print: quoted, escaped and cut."""
    return ascii(text if len(text) <= MAXIMUM_LENGTH // 2 else f"{text[: MAXIMUM_LENGTH // 2]}...")
