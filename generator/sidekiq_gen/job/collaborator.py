"""What does the work of a job, where it is not a method of the job itself, and what it is handed."""

from __future__ import annotations

from typing import Literal

from sidekiq_gen.flags import Flag
from sidekiq_gen.values import dataclass

CALLS = Flag(
    "--calls",
    "The method that does the work; without it a private method of the job is left to be written.",
    "text",
    metavar="CONSTANT.METHOD",
    question="What does the work?",
)

# What an argument of the call is made of: one row of the model (the record of the job), the rows of a batch, an
# argument of the job, or the idempotency key.
Source = Literal["row", "rows", "argument", "key"]


@dataclass(frozen=True)
class Handed:
    """One argument of a call.

    keyword: by which it is handed over; empty for one that goes by its position.
    argument: the name of the argument of the job that it is made of; empty for any other source.
    reader: the method of it that is handed over: ``amount_cents``; empty for itself.
    sample: Ruby for what that method gives, where a double stands in for the record.
    """

    source: Source
    keyword: str = ""
    argument: str = ""
    reader: str = ""
    sample: str = ""


@dataclass(frozen=True)
class Collaborator:
    """A method that the job calls.

    constant: the class or module that has it: ``PaymentGateway``.
    method: its name: ``charge``.
    through: whether it is called on the constant, on an instance made for the call, or on the record of the job.
    arguments: what it is handed. made_with: what ``new`` is handed, of an instance.
    receiver: the name of the argument of the job that it is called on, of a record.
    missing: the parameters that a call needs and nothing fills, each with its colon where it is a keyword.
    known: whether its parameters could be read.
    """

    constant: str
    method: str
    through: Literal["class", "instance", "record"]
    arguments: tuple[Handed, ...] = ()
    made_with: tuple[Handed, ...] = ()
    receiver: str = ""
    missing: tuple[str, ...] = ()
    known: bool = True

    @property
    def name(self) -> str:
        """How it is written: ``PaymentGateway.charge``, ``Order#charge!``."""
        return f"{self.constant}{'.' if self.through == 'class' else '#'}{self.method}"

    @property
    def handed(self) -> tuple[Handed, ...]:
        """All that is handed over, in the order of the call."""
        return (*self.made_with, *self.arguments)

    @property
    def for_each_row(self) -> bool:
        """Whether it is handed one row, and not the list of them."""
        return any(handed.source == "row" for handed in self.handed)
