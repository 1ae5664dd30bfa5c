"""The values that a spec hands to a job, and what the work receives of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sidekiq_gen.job.call_text import handed_over, in_parentheses, keywords_of, spelled
from sidekiq_gen.job.key_text import JID
from sidekiq_gen.job.samples import key_sample
from sidekiq_gen.job.spec_keys import LookAlike, alike, expected

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sidekiq_gen.job.collaborator import Handed
    from sidekiq_gen.job.key_text import Key
    from sidekiq_gen.job.request import JobRequest
    from sidekiq_gen.naming import Argument

# By type, a value as it travels.
_SAMPLES = {
    "integer": "7",
    "string": '"text"',
    "float": "1.5",
    "boolean": "true",
    "array": "[1, 2]",
    "hash": '{ "key" => 1 }',
    "date": '"2026-01-31"',
    "time": '"2026-01-31T12:00:00Z"',
    "decimal": '"19.99"',
}
# The same of an ActiveJob class, which is handed them as they are.
_OBJECTS = {
    "date": "Date.new(2026, 1, 31)",
    "time": "Time.utc(2026, 1, 31, 12)",
    "decimal": 'BigDecimal("19.99")',
}


def _sample(argument: Argument) -> str:
    return _SAMPLES[argument.type] if argument.by_id else _OBJECTS.get(argument.type, _SAMPLES[argument.type])


class SpecValues:
    """The values that a spec hands to the job."""

    def __init__(self, request: JobRequest) -> None:
        self.request = request
        self.sigil = "@" if request.test == "minitest" else ""
        self.arguments = request.context.arguments
        self.samples = {argument.name: _sample(argument) for argument in self.arguments if not argument.model}

    def of(self, argument: Argument) -> str:
        """What perform is handed for an argument."""
        key = ".id" if argument.by_id else ""
        return self.samples.get(argument.name) or f"{self.sigil}{argument.name}{key}"

    def handed(self, gone: Argument | None = None, instead: Mapping[str, str] | None = None) -> list[str]:
        """Everything that perform is handed, with a record that is gone or other samples."""
        given = dict(instead or {})
        if gone and gone.model:
            given[gone.name] = key_sample(gone.model.key_type)[1]
        return [given.get(argument.name) or self.of(argument) for argument in self.arguments]

    def perform(self, gone: Argument | None = None, instead: Mapping[str, str] | None = None) -> str:
        """The call of perform."""
        return "perform" + in_parentheses(self.handed(gone, instead))

    def received(self) -> list[str]:
        """What the work receives, without keywords."""
        return [
            handed_over(argument, self.samples.get(argument.name) or f"{self.sigil}{argument.name}")
            for argument in self.arguments
        ]

    def of_call(self, handed: Sequence[Handed]) -> tuple[list[str], list[str]]:
        """What a collaborator is handed by position, and what by keyword."""
        positions, keywords = ([one for one in handed if bool(one.keyword) == named] for named in (False, True))
        return spelled(positions, self.of_handed), spelled(keywords, self.of_handed)

    def of_handed(self, handed: Handed) -> str:
        """What a collaborator is handed."""
        if handed.source == "key":
            return self.named(keywords_of(self.request)["idempotency_key"])
        row = f"{self.sigil}{self.request.context.row}"
        if handed.source == "argument":
            argument = next(one for one in self.arguments if one.name == handed.argument)
            row = handed_over(argument, self.samples.get(argument.name) or f"{self.sigil}{argument.name}")
        text = f"{row}.{handed.reader}" if handed.reader else row
        return f"[{text}]" if handed.source == "rows" else text

    def named(self, key: Key, instead: Mapping[str, str] | None = None) -> str:
        """The literal of a text that names what the job is about, with other samples for some arguments."""
        job_id = "job_id" if self.request.context.form == "active-job" else "jid"
        samples = {JID: f"{self.sigil}job.{job_id}", **self.samples, **(instead or {})}
        return expected([samples.get(part) or f"{self.sigil}{part}.id" for part in key.parts], key)

    def look_alikes(self, key: Key) -> list[LookAlike]:
        """Two lists of arguments that only look the same, where there are such; at most one."""
        call, pairs = self.perform, alike(self.arguments, key)
        return [LookAlike(call(None, one), call(None, two), self.named(key, one)) for one, two in pairs]
