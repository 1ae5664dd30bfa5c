"""What a model lets a column hold: by an enum, a state machine, an inclusion list, or constants named after it.

Sources: rails v8.1.0 activerecord/lib/active_record/enum.rb:216 and v7.0.0 :167 (``enum :status, ...`` and the older
``enum status: ...``), v5.0.0 :146; :164 casts a label to what is stored, in ``update_column`` and in queries as well
(persistence.rb:592, attribute_set.rb write_cast_value). aasm lib/aasm/base.rb:70 (the column), :200 (its name);
state_machines lib/state_machines/machine/configuration.rb (the attribute is the first argument, else ``state``).
"""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING, Literal

from sidekiq_gen.plurals import plural
from sidekiq_gen.rails.literals import Node, read_arguments, read_value
from sidekiq_gen.regex import regex
from sidekiq_gen.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sidekiq_gen.rails.table import Column

Proof = Literal["enum", "state machine", "inclusion list", "constants", "type", "check constraint"]

MAXIMUM_DEPTH = 5
# A model has no more state machines than that.
MAXIMUM_MACHINES = 20

_ENUM = regex(r"^[ \t]*enum(?=[ (])", re.MULTILINE)
_ENUMERIZE = regex(r"^[ \t]*enumerize(?=[ (])", re.MULTILINE)
_MACHINE = regex(r"^([ \t]*)(aasm|state_machine|workflow_column|aasm_column)\b(?![:=.?])", re.MULTILINE)
_INITIAL = regex(r"^[ \t]*state[ (]+:(\w+)\b[^\n]*\binitial(?::|\s*=>)\s*true", re.MULTILINE)
_STATE = regex(r"^[ \t]*state(?=[ (])", re.MULTILINE)
_TRANSITION = regex(r"^[ \t]*transition(?=[ (])", re.MULTILINE)
_VALIDATES = regex(r"^[ \t]*(validates!?|validates_inclusion_of)(?=[ (])", re.MULTILINE)
_MAPPER = regex(
    r"^[ \t]*include[ (]+(?:::)?(Mongoid|MongoMapper|NoBrainer|Dynamoid|CouchPotato)::(?:Document|Persistence)\b",
    re.MULTILINE,
    needs=("Document", "Persistence"),
)
_READONLY = regex(r"^[ \t]*attr_readonly(?=[ (])", re.MULTILINE, needs="attr_readonly")
_IGNORED = regex(r"^[ \t]*self\.ignored_columns\s*\+?=\s*", re.MULTILINE, needs="self.ignored_columns")
# What leaves the values of a list, or the keys of a hash, as they are.
_SAME = regex(
    r"freeze|dup|uniq|sort|compact|index_by\(&:(?:itself|to_sym|to_s)\)|index_with\(&:(?:itself|to_s|to_sym)\)"
    r"|map\(&:(?:to_s|to_sym|itself)\)|each_with_index|each_with_index\.to_h|to_h\{\|(\w+)\|\[\1,\1\]\}|with_indifferent_access"
)
# What leaves each word of a list where it is, and what makes a hash of a list that stores the words themselves.
_LEAVES_PLACES = frozenset(
    {"freeze", "dup", "map(&:to_s)", "map(&:to_sym)", "map(&:itself)", "with_indifferent_access"}
)
_TO_ITSELF = regex(r"index_by\(&:(?:itself|to_sym|to_s)\)|index_with\(&:(?:itself|to_s|to_sym)\)|to_h\{.*\}")
_OPTIONS_OF_ENUM = frozenset({"prefix", "suffix", "scopes", "default", "instance_methods", "validate"})
_OPTIONS_OF_TRANSITION = frozenset({"if", "unless", "if_state", "unless_state", "on", "do", "except_from", "except_to"})
_OPTIONS_OF_TRANSITION_TO_STATES = frozenset({"from", "to"})


@dataclass(frozen=True)
class ColumnValues:
    """What a column can hold.

    values: the labels, in order. proof: what says so.
    complete: whether there are no others; False where a part of them could not be read.
    stored: what the database holds for each of them, a number or a text; empty where that could not be read.
    """

    values: tuple[str, ...]
    proof: Proof
    complete: bool = True
    stored: tuple[str, ...] = ()


def values_of_column(column: Column | None) -> ColumnValues | None:
    """What the table lets a column hold; None where it lists nothing."""
    if column and column.values:
        return ColumnValues(column.values, "type", stored=column.values)
    return (
        ColumnValues(column.checked, "check constraint", stored=column.checked) if column and column.checked else None
    )


@dataclass(frozen=True)
class ModelText:
    """The code of a model, its concerns and the classes it inherits from, nearest first.

    constant: gives the code that defines a constant of another file.
    """

    texts: tuple[str, ...]
    constant: Callable[[str], str]

    def values_of(self, column: str) -> ColumnValues | None:
        """What is known of the values of a column; None where nothing lists them."""
        for read in (self._enum, self._machine, self._inclusion, self._constants):
            for text in self.texts:
                found = read(text, column)
                if found:
                    return found
        return None

    @property
    def mapper(self) -> str | None:
        """The mapper other than ActiveRecord that it includes: ``Mongoid``."""
        found = (_MAPPER.search(text) for text in self.texts)
        return next((one[1] for one in found if one), None)

    def cannot_write(self, column: str) -> str | None:
        """What keeps ``update_column`` from writing the column: ``attr_readonly``, ``ignored_columns``; else None.

        Source: rails v8.1.0 activerecord/lib/active_record/persistence.rb:592 (verify_readonly_attribute) and
        model_schema.rb (ignored_columns=).
        """
        for text in self.texts:
            for call in _READONLY.finditer(text):
                if any(node.text == column for _, node in read_arguments(text, call.end())):
                    return "attr_readonly"
            for call in _IGNORED.finditer(text):
                if column in (self._labels(read_value(text, call.end())) or ()):
                    return "ignored_columns"
        return None

    def _enum(self, text: str, column: str) -> ColumnValues | None:
        for call in _ENUM.finditer(text):
            node = _values_of_enum(read_arguments(text, call.end()), column)
            if node:
                labels = self._labels(node)
                stored = self._stored(node) if labels else ()
                return ColumnValues(labels or (), "enum", complete=labels is not None, stored=stored)
        for call in _ENUMERIZE.finditer(text):
            arguments = read_arguments(text, call.end())
            if ("", Node("word", column)) in arguments:
                node = dict(arguments).get("in", Node("other"))
                labels = self._labels(node) if node.kind != "hash" else None
                return ColumnValues(labels or (), "enum", complete=labels is not None, stored=labels or ())
        return None

    def _machine(self, text: str, column: str) -> ColumnValues | None:
        for opening in islice(_MACHINE.finditer(text), MAXIMUM_MACHINES):
            arguments = read_arguments(text, opening.end())
            if _column_of_machine(text, opening[2], arguments) != column:
                continue
            body = _block(text, opening)
            if body is None:
                continue
            initial_ones = set(_INITIAL.findall(body))
            states = sorted(_states(body), key=lambda state: state not in initial_ones)
            if opening[2] == "state_machine":
                states += [*_states_of_transitions(body)]
                initial = dict(arguments).get("initial")
                states[:0] = [initial.text] if initial and initial.kind == "word" else []
            names = tuple(dict.fromkeys(states))
            return ColumnValues(names, "state machine", complete=bool(states), stored=names)
        return None

    def _inclusion(self, text: str, column: str) -> ColumnValues | None:
        for call in _VALIDATES.finditer(text):
            arguments = read_arguments(text, call.end())
            if not any(not key and node == Node("word", column) for key, node in arguments):
                continue
            options = dict(arguments)
            node = options.get("inclusion") if call[1].startswith("validates") and "inclusion" in options else None
            if call[1] == "validates_inclusion_of":
                node = options.get("in") or options.get("within")
            elif node and node.kind == "hash":
                inner = dict(node.items)
                node = inner.get("in") or inner.get("within")
            if node and (labels := self._labels(node)):
                return ColumnValues(labels, "inclusion list", stored=labels)
        return None

    def _constants(self, text: str, column: str) -> ColumnValues | None:
        found = re.search(rf"^[ \t]*{plural(column).upper()}[ \t]*=[ \t]*", text, re.MULTILINE)
        labels = self._labels(read_value(text, found.end())) if found else None
        if labels:
            return ColumnValues(labels, "constants", stored=labels)
        named = re.findall(rf"^[ \t]*{column.upper()}_\w+[ \t]*=[ \t]*[\"':](\w+)", text, re.MULTILINE)
        names = tuple(dict.fromkeys(named))
        return ColumnValues(names, "constants", complete=False, stored=names) if names else None

    def _stored(self, node: Node, depth: int = MAXIMUM_DEPTH) -> tuple[str, ...]:
        """What an enum stores for each of its labels: the place in a list, the value in a hash; empty where unknown."""
        if node.kind == "constant" and depth:
            named = self._constant(node.text)
            return self._stored(Node(named.kind, named.text, named.items, (*named.calls, *node.calls)), depth - 1)
        calls = [call for call in node.calls if call not in _LEAVES_PLACES]
        if node.kind == "list" and all(item.kind in {"word", "constant"} for _, item in node.items):
            if not calls:
                return tuple(str(place) for place in range(len(node.items)))
            return (self._labels(node) or ()) if len(calls) == 1 and _TO_ITSELF.fullmatch(calls[0]) else ()
        if node.kind != "hash" or calls:
            return ()
        held = [item.text.replace("_", "") if item.kind == "number" else item.text for _, item in node.items]
        return tuple(held) if all(item.kind in {"number", "word"} and not item.calls for _, item in node.items) else ()

    def _labels(self, node: Node, depth: int = MAXIMUM_DEPTH) -> tuple[str, ...] | None:
        """The words of a list, or the keys of a hash; None where they cannot be read."""
        if not depth:
            return None
        calls = [call for call in node.calls if not _SAME.fullmatch(call)]
        if calls not in ([], ["keys"], ["values"]):
            return None
        if node.kind == "constant":
            named = self._constant(node.text)
            return self._labels(Node(named.kind, named.text, named.items, (*named.calls, *node.calls)), depth - 1)
        if node.kind == "hash" and calls != ["values"]:
            keys = [key for key, _ in node.items]
            return tuple(keys) if all(keys) else None
        if node.kind not in {"list", "hash"} or (node.kind == "list" and calls):
            return None
        words = [self._word(item, depth - 1) for _, item in node.items if item != Node("other", "nil")]
        return tuple(word for word in words if word) if all(words) else None

    def _word(self, node: Node, depth: int) -> str | None:
        if node.kind == "word" and not [call for call in node.calls if call not in {"freeze", "to_s", "to_sym"}]:
            return node.text
        return self._word(self._constant(node.text), depth - 1) if node.kind == "constant" and depth else None

    def _constant(self, name: str) -> Node:
        """The value of a constant: in the texts of the model, else in the file of the module that it is in."""
        scope, _, last = name.rpartition("::")
        for text in (*self.texts, *([self.constant(scope)] if scope else ())):
            found = re.search(rf"^[ \t]*{last}[ \t]*=[ \t]*", text, re.MULTILINE)
            if found:
                return read_value(text, found.end())
        return Node("other")


def _values_of_enum(arguments: tuple[tuple[str, Node], ...], column: str) -> Node | None:
    """What a call of ``enum`` gives for the column; None where it is about others."""
    if arguments and arguments[0] == ("", Node("word", column)):
        if len(arguments) > 1 and not arguments[1][0]:
            return arguments[1][1]
        keywords = tuple(pair for pair in arguments[1:] if pair[0].removeprefix("_") not in _OPTIONS_OF_ENUM)
        return Node("hash", items=keywords)
    wrapped = arguments[0][1] if arguments and not arguments[0][0] and arguments[0][1].kind == "hash" else None
    return dict(wrapped.items if wrapped else arguments).get(column)


def _column_of_machine(text: str, method: str, arguments: tuple[tuple[str, Node], ...]) -> str:
    """The column that a state machine keeps its state in."""
    options = dict(arguments)
    first = next((node.text for key, node in arguments if not key and node.kind == "word"), "")
    for key in ("column", "attribute"):
        if key in options and options[key].kind == "word":
            return options[key].text
    if method == "aasm":
        older = re.search(r"^[ \t]*aasm_column[ (]+[:\"'](\w+)", text, re.MULTILINE)
        return older[1] if older else first or "aasm_state"
    return first or "state"


def _block(text: str, opening: re.Match[str]) -> str | None:
    """The body of the block that a line opens, which its indentation ends; None where it opens none."""
    indentation = opening[1]
    end = re.compile(rf"^{indentation}end\b", re.MULTILINE).search(text, opening.end())
    first = text.find("\n", opening.end())
    opened = re.compile(r"\bdo\b[^\n]*$", re.MULTILINE).search(text, opening.end(), end.start() if end else len(text))
    return text[first : end.start()] if end and opened and first >= 0 else None


def _states(body: str) -> Iterator[str]:
    """The states that are declared and stored under their own name."""
    for call in _STATE.finditer(body):
        arguments = read_arguments(body, call.end())
        if "value" not in dict(arguments):
            yield from (node.text for key, node in arguments if not key and node.kind == "word")


def _states_of_transitions(body: str) -> Iterator[str]:
    """The states that transitions of the gem state_machines name."""
    for call in _TRANSITION.finditer(body):
        for key, node in read_arguments(body, call.end()):
            if key in _OPTIONS_OF_TRANSITION:
                continue
            if key and key not in _OPTIONS_OF_TRANSITION_TO_STATES:
                yield key
            yield from (item.text for _, item in (node.items or (("", node),)) if item.kind == "word")
