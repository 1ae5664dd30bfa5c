"""What is kept of a file once it was read: plain values, so that it can be stored and sent between processes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sidekiq_gen.values import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sidekiq_gen.check.rule import Finding


@dataclass(frozen=True)
class Signature:
    """What `perform` takes.

    names: of the positional parameters in order. least, most: how many of them a call gives; most is None with a ``*``.
    keywords: the names of keyword parameters. required_keywords: those of them without a default.
    """

    names: tuple[str, ...] = ()
    least: int = 0
    most: int | None = 0
    keywords: tuple[str, ...] = ()
    required_keywords: tuple[str, ...] = ()


@dataclass(frozen=True)
class ClassFacts:
    """A class, or a module that classes include.

    name: in full, ``Billing::ChargeJob``. nesting: the names in full of what is around it, the innermost first.
    superclass, includes: as they are written; of a module what its ``included do`` includes counts as well.
    perform: None where the class defines none itself. options: what ``sidekiq_options`` says, as Ruby:
    ``{"queue": ":low", "retry": "5"}``. macros: what is called in its body, with the line of each; an ``alias`` too.
    class_methods: those that it defines itself.
    """

    name: str
    path: str
    line: int
    is_module: bool = False
    nesting: tuple[str, ...] = ()
    superclass: str = ""
    includes: tuple[str, ...] = ()
    perform: Signature | None = None
    options: Mapping[str, str] = field(default_factory=dict)
    macros: Mapping[str, int] = field(default_factory=dict)
    class_methods: tuple[str, ...] = ()


@dataclass(frozen=True)
class PushFacts:
    """A place where a job is pushed.

    target: the constant as it is written; empty where a class pushes itself, and ``inside`` is that class.
    nesting: as of a class. method: ``perform_async``. shapes: the kind of each positional argument, see `pushes.shape`;
    None where a ``*`` or ``...`` hides how many there are, or what is given is not to be seen.
    options: what ``set(...)`` before it says, as Ruby.
    """

    path: str
    line: int
    column: int
    target: str
    inside: str
    nesting: tuple[str, ...]
    method: str
    shapes: tuple[str, ...] | None = None
    options: Mapping[str, str] = field(default_factory=dict)
    in_test: bool = False


@dataclass(frozen=True)
class Ignore:
    """A comment ``# sidekiq-gen:ignore CODE, CODE reason``.

    line, column: where it stands, from 1. covers: the line whose findings it ignores. codes: which of them.
    """

    line: int
    column: int
    covers: int
    codes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Entry:
    """A job that runs by the clock.

    name: what the entry is called. gem: whose it is, ``sidekiq-cron``, ``sidekiq-scheduler`` or ``sidekiq-ent``.
    class_name: of the job, as it is written, in a place with that nesting. given: how many arguments the job gets,
    None where that is not to be seen. kind: ``cron``, ``every``, ``at``, ``in`` or ``interval``, and when: what is
    said there. hash_given: whether the arguments are a hash and no list. queue: where the entry says one.
    """

    path: str
    line: int
    column: int
    name: str
    gem: str
    class_name: str
    given: int | None
    kind: str
    when: str
    queue: str = ""
    hash_given: bool = False
    nesting: tuple[str, ...] = ()


@dataclass(frozen=True)
class FileFacts:
    """One file.

    findings: what the rules about a file found; some count only where a class turns out to be a job.
    entries: the jobs that it has run by the clock. unread: why nothing is known of it; empty for all that is read.
    """

    path: str
    classes: tuple[ClassFacts, ...] = ()
    pushes: tuple[PushFacts, ...] = ()
    findings: tuple[Finding, ...] = ()
    ignores: tuple[Ignore, ...] = ()
    entries: tuple[Entry, ...] = ()
    unread: str = ""
