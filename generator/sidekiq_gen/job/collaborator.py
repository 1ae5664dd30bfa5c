"""What does the work of a job, where it is not a method of the job itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Collaborator:
    """A method that the job calls.

    constant: the class or module that has it: ``PaymentGateway``.
    method: its name: ``charge``.
    through: whether it is called on the constant, on an instance made for the call, or on the record of the job.
    """

    constant: str
    method: str
    through: Literal["class", "instance", "record"]
