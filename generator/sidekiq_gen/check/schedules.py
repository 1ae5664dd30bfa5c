"""What runs by the clock: entries of sidekiq-cron, sidekiq-scheduler and Sidekiq Enterprise, in YAML and in Ruby."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from sidekiq_gen import reading
from sidekiq_gen.check import nodes
from sidekiq_gen.check.facts import Entry
from sidekiq_gen.rails import yaml
from sidekiq_gen.regex import regex
from sidekiq_gen.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tree_sitter import Node

    from sidekiq_gen.check.source import Source
    from sidekiq_gen.rails.files import Repo

# The words for when, those of sidekiq-scheduler in the order in which it looks for them.
# Source: sidekiq-scheduler v6.0.2 lib/sidekiq-scheduler/scheduler.rb:112; sidekiq-cron v2.3.1 lib/sidekiq/cron/job.rb
_WHEN = ("cron", "every", "at", "in", "interval")
_ENDINGS = (".yml", ".yaml", ".yml.erb")
_LEFT_OUT = ("config/locales",)
_SCHEDULES = regex(
    r"(?:^|[\s{,])[\"':]?(?:cron|every|interval)[\"']?:", re.MULTILINE, needs=("cron", "every", "interval")
)
_DEPTH = 5
_CRON_JOB = "Sidekiq::Cron::Job"
_OF_CRON = ("create", "new", "load_from_hash", "load_from_hash!", "load_from_array", "load_from_array!")


def entries_in_yaml(repo: Repo, gems: Mapping[str, str]) -> Iterator[Entry]:
    """The entries of the YAML files under ``config``, where a gem is locked that reads them.

    What ERB computes is not known: such an entry has neither arguments nor a time.
    """
    gem = next((name for name in ("sidekiq-cron", "sidekiq-scheduler") if name in gems), "")
    for ending in _ENDINGS if gem else ():
        for path in repo.files("config", ending, without=_LEFT_OUT):
            text = repo.read(path, reading.YAML) or ""
            if _SCHEDULES.search(text):
                place = _Place(gem, path, tuple(text.split("\n")))
                by_name = gem == "sidekiq-scheduler" and "sched" in path.rpartition("/")[2]
                yield from _entries(yaml.of_file(repo, path), place, by_name=by_name)


@dataclass(frozen=True)
class _Place:
    """A file, the gem that reads it, and where its entries stand in it."""

    gem: str
    path: str
    lines: tuple[str, ...]

    def of(self, name: str) -> tuple[int, str]:
        """The line of a key, from 1, and what stands below it."""
        key = re.compile(rf"^([ \t]*)[\"':]*{re.escape(name)}[\"']*:")
        for at, line in enumerate(self.lines):
            found = key.match(line)
            if found:
                below = [line]
                for one in self.lines[at + 1 :]:
                    if one.strip() and len(one) - len(one.lstrip()) <= len(found[1]):
                        break
                    below.append(one)
                return at + 1, "\n".join(below)
        return 1, ""


def _entries(document: object, place: _Place, depth: int = _DEPTH, *, by_name: bool) -> Iterator[Entry]:
    """The entries in a document; by_name: whether one without a class means the class that it is called."""
    if isinstance(document, list):
        document = {str(one.get("name") or one.get(":name") or ""): one for one in document if isinstance(one, dict)}
    if not isinstance(document, dict) or not depth:
        return
    for key, value in document.items():
        if not isinstance(value, dict):
            continue
        name = yaml.key(str(key))
        said = {yaml.key(str(each)): inner for each, inner in value.items()}
        written = said.get("class") or said.get("klass") or (name if by_name and name[:1].isupper() else "")
        when = next((each for each in _WHEN if said.get(each)), "")
        if when and isinstance(written, str) and written:
            yield _entry(name, written, when, said, place)
        else:
            yield from _entries(value, place, depth - 1, by_name=by_name or name == "schedule")


def _entry(name: str, written: str, when: str, said: Mapping[str, Any], place: _Place) -> Entry:
    line, below = place.of(name)
    computed = "<%" in below
    time = said[when]
    return Entry(
        place.path,
        line,
        1,
        name,
        place.gem,
        written,
        None if computed else _given(said, place.gem),
        when,
        time if isinstance(time, str) and not computed else "",
        yaml.text(said.get("queue")) or "" if not computed else "",
        hash_given=isinstance(said.get("args"), dict),
    )


def _given(said: Mapping[str, Any], gem: str) -> int | None:
    """How many arguments a job gets; None where that is not to be seen.

    Source: sidekiq-cron v2.3.1 lib/sidekiq/cron/job.rb:630 (parse_args), :170 (date_as_argument); sidekiq-scheduler
    v6.0.2 lib/sidekiq-scheduler/scheduler.rb:160 (include_metadata) and :320 (prepare_arguments).
    """
    args = said.get("args")
    more = 1 if str(said.get("date_as_argument")) in {"True", "true"} or said.get("include_metadata") is True else 0
    if args is None:
        return more
    if isinstance(args, list):
        return len(args) + more
    if isinstance(args, str) and gem == "sidekiq-cron":
        try:
            args = json.loads(args)
        except ValueError:
            return 1 + more
        return len(args) + more if isinstance(args, list) else None
    return 1 + more


def entries_in_ruby(source: Source) -> Iterator[Entry]:
    """The entries that a Ruby file hands to sidekiq-cron, sidekiq-scheduler or Sidekiq Enterprise as literals."""
    for call in source.calls(*_OF_CRON):
        if nodes.constant(nodes.receiver(call)).removeprefix("::") == _CRON_JOB:
            yield from _of_cron(source, call)
    for call in source.calls("set_schedule"):
        if nodes.constant(nodes.receiver(call)) == "Sidekiq":
            name = nodes.name_of(next(iter(nodes.arguments(call)), None))
            yield from _of_pairs(source, call, name, nodes.pairs(call), "sidekiq-scheduler")
    for call in source.calls("register"):
        given = nodes.positional(call)
        if nodes.inside_call(call, {"periodic"}) is not None and len(given) > 1:
            said = {"cron": given[0], "class": given[1], **nodes.pairs(call)}
            yield from _of_pairs(source, call, "", said, "sidekiq-ent")


def _of_cron(source: Source, call: Node) -> Iterator[Entry]:
    given = next(iter(nodes.positional(call)), None)
    if nodes.method_name(call).startswith("load_from_hash"):
        for name, value in nodes.pairs(call).items():
            yield from _of_pairs(source, value, name, nodes.pairs(value), "sidekiq-cron")
    elif nodes.method_name(call).startswith("load_from_array"):
        for value in given.named_children if given is not None and given.type == "array" else ():
            said = nodes.pairs(value)
            yield from _of_pairs(source, value, nodes.name_of(said.get("name")), said, "sidekiq-cron")
    else:
        said = nodes.pairs(call)
        yield from _of_pairs(source, call, nodes.name_of(said.get("name")), said, "sidekiq-cron")


def _of_pairs(source: Source, node: Node, name: str, said: Mapping[str, Node], gem: str) -> Iterator[Entry]:
    written = said.get("class") or said.get("klass")
    constant = nodes.constant(written) or nodes.name_of(written)
    when = next((each for each in _WHEN if each in said), "")
    if not constant or not when:
        return
    args = said.get("args")
    counted = 0 if args is None else len(nodes.statements(args)) if args.type == "array" else None
    if args is not None and args.type == "hash":
        counted = 1
    if said.keys() & {"date_as_argument", "include_metadata"}:
        counted = None
    yield Entry(
        source.path,
        nodes.line(node),
        node.start_point[1] + 1,
        name,
        gem,
        constant,
        counted,
        when,
        nodes.name_of(said[when]) if said[when].type == "string" else "",
        nodes.name_of(said.get("queue")),
        hash_given=args is not None and args.type == "hash",
        nesting=source.nesting(node),
    )
