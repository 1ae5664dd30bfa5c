"""Targets that take one text: what a reader makes of it, without a repo around it."""

from __future__ import annotations

import datetime as dt
import re
import zlib
from pathlib import Path
from typing import TYPE_CHECKING

from fuzz.conforming import fault
from fuzz.seeds import lockfiles, seeds, words
from fuzz.target import Target, require
from sidekiq_gen.durations import parse_duration
from sidekiq_gen.errors import InvalidInput, Refused, SidekiqGenError
from sidekiq_gen.install.insertion import Addition, insert
from sidekiq_gen.install.queues import insert_queues
from sidekiq_gen.install.schedule_yaml import insert_entry
from sidekiq_gen.job.listed import JobList, read_list
from sidekiq_gen.job.resolve import all_flags
from sidekiq_gen.naming import (
    MAXIMUM_LENGTH,
    Argument,
    JobName,
    Model,
    parse_argument,
    parse_column,
    parse_error_class,
    parse_job_name,
    parse_model,
    parse_queue,
)
from sidekiq_gen.quoting import yaml_scalar
from sidekiq_gen.rails import yaml
from sidekiq_gen.rails.code import (
    Definition,
    calls,
    code_lines,
    definitions,
    numbered_code_lines,
    usual_quotes,
    without_comment,
)
from sidekiq_gen.rails.literals import Node, read_arguments, read_value
from sidekiq_gen.rails.lockfile import Lockfile, parse_lockfile
from sidekiq_gen.rails.queues import queues_of
from sidekiq_gen.rails.schema import table_of_schema, table_of_structure
from sidekiq_gen.rails.table import Table
from sidekiq_gen.rails.yaml_events import meaning_of
from sidekiq_gen.rails.yaml_plain import read_events
from support import pyyaml
from support.repos import SCHEMA

if TYPE_CHECKING:
    from collections.abc import Callable

OFTEN = 16  # what takes as long as the reading itself is done for one input in so many
WRITTEN = Addition("push", "top", "# Why.\nSidekiq.ours!"), Addition("server", "server", "config.ours << 1")
CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
CLASS = re.compile(r"[A-Z][A-Za-z0-9_]*(?:::[A-Z][A-Za-z0-9_]*)*")
PATH = re.compile(r"[a-z0-9_]+(?:/[a-z0-9_]+)*")
PLAIN = (str, int, float, bytes, dt.date, type(None))  # what YAML has beside lists and mappings
MAXIMUM_DEPTH = 200
LONGEST_TIME = 10**6


def text_of(data: bytes) -> str:
    """The text as a reader of files hands it over."""
    return data.decode("utf-8", "replace").removeprefix("\ufeff").replace("\r\n", "\n")


def chosen(data: bytes) -> bool:
    """Whether this input is one of those for which more is looked at: always the same ones."""
    return zlib.crc32(data) % OFTEN == 0


def require_types(value: object, hint: object) -> None:
    """Complain when a value is of another type than declared."""
    wrong = fault(value, hint)
    require(not wrong, wrong)


def require_the_same(data: bytes, first: object, read: Callable[[], object]) -> None:
    """Complain, for some inputs, when reading once more gives something else."""
    if chosen(data):
        require(read() == first, "another result the second time")


def _lockfile(data: bytes) -> None:
    text = data.decode("utf-8", "replace")
    path = Path("Gemfile.lock")
    try:
        found = parse_lockfile(text, path)
    except Refused as error:
        require(error.code in {"not-a-lockfile", "lockfile-conflict"}, error.code)
        return
    require_types(found, Lockfile)
    require(all(name == gem.name for name, gem in found.gems.items()), "a gem under another's name")
    require_the_same(data, found, lambda: parse_lockfile(text.replace("\r\n", "\n").replace("\n", "\r\n"), path))


def _schema(data: bytes) -> None:
    text = text_of(data)
    for table in ("orders", "line_items"):
        found = table_of_schema(text, table)
        require_types(found, Table | None)
        require_the_same(data, found, lambda table=table: table_of_schema(text, table))  # type: ignore[misc]


def _structure(data: bytes) -> None:
    text = text_of(data)
    for table in ("orders", "line_items"):
        found = table_of_structure(text, table)
        require_types(found, Table | None)
        require_the_same(data, found, lambda table=table: table_of_structure(text, table))  # type: ignore[misc]


def require_plain(value: object, depth: int = MAXIMUM_DEPTH) -> None:
    """Complain when a document holds something other than YAML's own values."""
    require(depth, "deeper than anybody writes")
    if isinstance(value, dict):
        for key, one in value.items():
            require_plain(key, depth - 1)
            require_plain(one, depth - 1)
    elif isinstance(value, (list, tuple, set)):
        for one in value:
            require_plain(one, depth - 1)
    else:
        require(isinstance(value, PLAIN), f"a {type(value).__name__}")


def _yaml(data: bytes) -> None:
    """A document is plain; what is read without PyYAML is what it reads."""
    text = text_of(data)
    found = yaml.load(text)
    require_plain(found)
    without = read_events(text)
    if without is not None:
        require(pyyaml.ours(without) == pyyaml.events(text), "PyYAML reads something else")
        words = {event.value for event in without if event.implicit[0]}
        wrong = [word for word in words if repr(meaning_of(word)) != repr(pyyaml.meaning(word))]
        require(not wrong, f"PyYAML takes {wrong} for something else")
    if chosen(data):
        require(repr(yaml.load(text)) == repr(found), "another document the second time")


def _queues(data: bytes) -> None:
    """Queues that are put into a file stand there, all else stays, and a second time there is nothing to do."""
    text = text_of(data)
    document = yaml.load(text)
    names = queues_of(document)
    require_types(names, list[str])
    merged = insert_queues(text, ["critical", "on"])
    if merged is None:
        return
    after = yaml.load(merged)
    require(queues_of(after)[-2:] == ["critical", "on"], f"{queues_of(after)}")
    require_lines_kept(text, merged)


def _schedule(data: bytes) -> None:
    """An entry that is put into a schedule stands there, and a second one of the same name is refused."""
    text = text_of(data)
    pairs = {"cron": "*/5 * * * *", "class": "HealthCheckJob"}
    merged = insert_entry(text, "health_check", pairs, ["scheduler", "schedule"])
    if merged is not None:
        require(insert_entry(merged, "health_check", pairs, ["scheduler", "schedule"]) is None, "it went in twice")
        require(yaml.load(merged) != yaml.load(text), "nothing was added")


def _code(data: bytes) -> None:
    text = text_of(data)
    lines = list(code_lines(text))
    require_types(lines, list[str])
    source = text.split("\n")
    require(all(source[number] == line for number, line in numbered_code_lines(text)), "a line has another number")
    found = definitions(lines)
    require_types(found, tuple[Definition, ...])
    require(all(CLASS.fullmatch(one.name) for one in found if one.name.isascii()), "no constant")
    require(usual_quotes(lines) in {None, "single", "double"}, "other quotes")
    for line in lines:
        require(line.startswith(without_comment(line)), "more than a comment is gone")
    require_types(list(calls(lines, "sidekiq_options")), list[str])
    require_the_same(data, lines, lambda: list(code_lines(text)))


def _values(data: bytes) -> None:
    text = text_of(data)
    for found in (read_value(text, 0), read_value(text, len(text) // 2)):
        require_types(found, Node)
    arguments = read_arguments(text, 0)
    require_types(arguments, tuple[tuple[str, Node], ...])
    require_the_same(data, arguments, lambda: read_arguments(text, 0))


def _list(data: bytes) -> None:
    """A list of jobs: what each of them says, or a refusal that can be printed."""
    try:
        found = read_list(data, "jobs.toml")
    except InvalidInput as error:
        require(not CONTROLS.search(error.message.replace("\n", "")), ascii(error.message))
        return
    require_types(found, JobList)
    require(all(found.place(index).startswith("jobs.toml, line ") for index in range(len(found.jobs))), "no line")


def _names(data: bytes) -> None:
    """NAME, ARG:TYPE and what flags take: a name that Ruby accepts, or a refusal that can be printed."""
    first, *others = data.decode("utf-8", "surrogateescape").split("\n")
    acronyms = tuple(word for word in others if re.fullmatch(r"[A-Za-z]\w*", word))
    for parse, kind in _PARSERS:
        try:
            found = parse(first, acronyms)
        except InvalidInput as error:
            require(not CONTROLS.search(error.message), error.message)
            continue
        require_types(found, kind)
        if isinstance(found, JobName):
            require(CLASS.fullmatch(found.class_name), found.class_name)
            require(PATH.fullmatch(found.file_stem), found.file_stem)
            # Rails takes words apart before a lower-case acronym, wherever it stands in them.
            if len(found.file_stem) > MAXIMUM_LENGTH or any(word[0].islower() for word in acronyms):
                continue
            again = parse_job_name(found.file_stem, suffix="Job", acronyms=acronyms)
            require(again.path == found.path, f"{found.file_stem} is read as {again.path}")
        elif isinstance(found, Model):
            require(CLASS.fullmatch(found.name), found.name)
        elif isinstance(found, Argument):
            require(re.fullmatch(r"[a-z][a-z0-9_]*", found.parameter), found.parameter)
        elif isinstance(found, str):
            require(not CONTROLS.search(found), found)
            require(not re.search(r"[\s\"'#\\]", found), found)
        else:
            require(isinstance(found, int) and 0 <= found <= LONGEST_TIME, f"{found} s")


_PARSERS: tuple[tuple[Callable[[str, tuple[str, ...]], object], type], ...] = (
    (lambda text, acronyms: parse_job_name(text, suffix="Job", acronyms=acronyms), JobName),
    (parse_model, Model),
    (parse_argument, Argument),
    (lambda text, _: parse_error_class(text), str),
    (lambda text, _: parse_queue(text), str),
    (lambda text, _: parse_column(text), str),
    (lambda text, _: parse_duration(text, "--ttl", LONGEST_TIME), int),
)


def require_lines_kept(before: str, after: str) -> None:
    """Complain unless every line of a text is in another one, in the same order."""
    rest = iter(line.rstrip("\r") for line in after.split("\n"))
    lines = (line.rstrip("\r") for line in before.rstrip("\n").split("\n"))
    require(all(any(line == one for one in rest) for line in lines), "a line is lost")


def _initializer(data: bytes) -> None:
    """Statements that are put into an initializer: every line of it stays."""
    text = text_of(data)
    merged = insert(text, WRITTEN)
    if merged is None:
        return
    require_lines_kept(text, merged)
    require("Sidekiq.ours!" in merged, "nothing was added")
    require(".ours << 1" in merged, "nothing was added")


def _entries(data: bytes) -> None:
    """A queue that --queue takes is read back from the YAML that is written for it."""
    try:
        name = parse_queue(data.decode("utf-8", "replace"))
    except SidekiqGenError:
        return
    found = queues_of(yaml.load(f"queues:\n  - {yaml_scalar(name)}\n"))
    require(found == [name], f"{name} is read as {found}")


RUBY = "ruby", "initializers"
_KEYS = tuple(f"{flag.option[2:]} = " for flag in all_flags())
TEXTS = (
    Target("lockfile", "Gemfile.lock", lockfiles(), words("lockfile"), _lockfile),
    Target("schema", "db/schema.rb", (SCHEMA.encode(), *seeds("schemas")), words("schema"), _schema),
    Target("structure", "db/structure.sql", seeds("structures"), words("sql"), _structure),
    Target("yaml", "any YAML", seeds("yaml", "sidekiq"), words("yaml"), _yaml),
    Target("queue-list", "a sidekiq.yml that queues are put into", seeds("sidekiq"), words("yaml"), _queues),
    Target("schedule", "a schedule that an entry is put into", seeds("sidekiq"), words("yaml"), _schedule),
    Target("code", "any Ruby", seeds(*RUBY), words("ruby"), _code),
    Target("values", "what stands behind a call", seeds("values"), words("ruby"), _values),
    Target("list", "a list of jobs for --from", seeds("lists"), (*words("settings"), *_KEYS), _list),
    Target("names", "NAME or the value of a flag, then acronyms", seeds("names"), words("names"), _names, 160),
    Target("entries", "--queue", seeds("names"), words("names", "yaml"), _entries, 60),
    Target("insertion", "an initializer that is added to", seeds("initializers"), words("ruby"), _initializer),
)
