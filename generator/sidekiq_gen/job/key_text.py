"""Texts that name what a job is about, for locks and for keys that other services deduplicate by.

A text stands for every argument as it travels, and no two lists of arguments have the same one: `nil` and an empty
text, `"a-1", "2"` and `"a", "1-2"`, a number and its digits differ.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from sidekiq_gen.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sidekiq_gen.naming import Argument, Model

# How the arguments are spelled: one id as it is; all of them as a list in JSON; or that list as a SHA256, which is as
# long for two arguments as for a large hash: providers limit the length of a key.
Form = Literal["id", "json", "digest"]

JID = "jid"
_TEXTS = frozenset({"string", "text", "citext"})


@dataclass(frozen=True)
class Key:
    """A text that names what a job is about, as Ruby spells it.

    lead: the fixed beginning. parts: argument names; a record stands for its id, ``jid`` for the job itself.
    separator: behind the beginning. form: how the arguments are spelled; ``id`` where there are none.
    """

    lead: str
    parts: tuple[str, ...]
    separator: str
    form: Form = "id"

    def spelled(self, values: Sequence[str]) -> str:
        """The text in Ruby, with the values in the place of its parts: ``"charge-customer-#{order.id}"``."""
        if not self.parts:
            return f'"{self.lead}"'
        value = values[0] if self.form == "id" else f"[{', '.join(values)}].to_json"
        return f'"{self.lead}{self.separator}#{{{self.shortened(value)}}}"'

    def shortened(self, value: str) -> str:
        """Ruby that gives what stands behind the separator, from the Ruby for all arguments."""
        return f"Digest::SHA256.hexdigest({value})" if self.form == "digest" else value


def key_for(lead: str, arguments: Sequence[Argument], separator: str, several: Form) -> Key:
    """The key that stands for all arguments.

    several: its form where it is not made of one integer, or of the id of one record that is no text.
    """
    parts = tuple(argument.name for argument in arguments)
    lone = len(arguments) == 1 and (arguments[0].type == "integer" or is_plain(arguments[0].model))
    return Key(lead, parts, separator, "id" if lone or not parts else several)


def is_plain(model: Model | None) -> bool:
    """Whether an id of the model cannot be mistaken for a part of what stands before it, as a text could."""
    return model is not None and model.key_type.partition("(")[0] not in _TEXTS
