"""What in the repo may do the work of a job, by its name: services, operations, commands, a method of its model."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import inflection

from sidekiq_gen.rails.signatures import read_callable
from sidekiq_gen.regex import regex

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sidekiq_gen.job.request import JobContext
    from sidekiq_gen.rails.app import RailsApp
    from sidekiq_gen.rails.signatures import Method

MOST = 8
# Folders below app in which nothing does the work of a job.
_ELSEWHERE = frozenset(
    "channels components controllers dashboards decorators forms graphql helpers inputs jobs mailboxes mailers "
    "policies presenters queries serializers sidekiq uploaders validators workers".split()
)
_ENTRIES = ("call", "call!", "perform", "perform!", "run", "run!", "execute", "execute!", "process", "process!")
_BARE = frozenset("action case command handler interactor manager operation service use".split())
_AGENT = regex(r"(?:ers?|ors?|e|s)$")


def candidates(context: JobContext, app: RailsApp) -> tuple[str, ...]:
    """The methods whose name fits that of the job, best first, as --calls takes them."""
    return fitting(context.name.words, context.model.name if context.record and context.model else "", app)


def fitting(words: tuple[str, ...], model: str, app: RailsApp) -> tuple[str, ...]:
    """The same for the words of a name; model: of the record of the job, empty where it has none."""
    if not words:
        return ()
    found: dict[str, int] = {}
    for constant in _files(app, words):
        for rank, name in _fitting(constant, words, app):
            found.setdefault(name, rank)
    if model:
        methods = _methods(app, model, on_class=False)
        for rank, method in enumerate(_named_like(words)):
            if method in methods:
                found[f"{model}#{method}"] = 20 + rank
    return tuple(sorted(found, key=lambda name: (found[name], name)))[:MOST]


def _files(app: RailsApp, words: tuple[str, ...]) -> Iterator[str]:
    """The constants that may have something that fits, by their files."""
    verb = re.compile(rb"\bdef (?:self\.)?" + words[0].encode() + rb"(?:_|!|\b)")
    stems = {_stem(word) for word in words}
    for path, stem in app.repo.app_files:
        folder = path.partition("app/")[2].partition("/")[0]
        if folder in _ELSEWHERE:
            continue
        constant = app.constants.name_of(stem)
        if {_stem(word) for word in _words(constant)} == stems or (
            folder != "models" and verb.search(app.repo.data(path) or b"")
        ):
            yield constant


def _fitting(constant: str, words: tuple[str, ...], app: RailsApp) -> Iterator[tuple[int, str]]:
    """The methods of a constant that fit, each with its rank."""
    of_class, of_instance = _methods(app, constant, on_class=True), _methods(app, constant, on_class=False)
    own = _words(constant)
    if {_stem(word) for word in own} == {_stem(word) for word in words}:
        rank = 0 if tuple(own) == words else 1
        entry = next((f".{name}" for name in (*_ENTRIES, *_named_like(words)) if name in of_class), None)
        entry = entry or next((f"#{name}" for name in (*_ENTRIES, *_named_like(words)) if name in of_instance), None)
        if entry:
            yield rank, constant + entry
        return
    for number, method in enumerate(_named_like(words)):
        if method in of_class:
            yield 10 + number, f"{constant}.{method}"
        elif method in of_instance and _stem(own[0] if own else "") in {_stem(word) for word in words}:
            yield 15 + number, f"{constant}#{method}"


def _methods(app: RailsApp, constant: str, *, on_class: bool) -> dict[str, Method]:
    """The public methods that are read of a constant."""
    own = read_callable(app.constants, constant)
    found = (own.of_class if on_class else own.of_instance) if own else {}
    return {name: method for name, method in found.items() if method.public}


def _named_like(words: tuple[str, ...]) -> tuple[str, ...]:
    """What a method may be called that does it: ``charge_customer``, ``charge``, each also with a bang."""
    names = ("_".join(words), words[0])
    return tuple(dict.fromkeys(name + bang for name in names for bang in ("", "!")))


def _words(constant: str) -> list[str]:
    """The words of the last part of a constant, without those that say of what sort it is."""
    words = inflection.underscore(constant.rpartition("::")[2]).split("_")
    return [word for word in words if word not in _BARE] or words


def _stem(word: str) -> str:
    """A word without the ending that makes an agent or a plural of it: ``charger``, ``charge`` -> ``charg``."""
    return _AGENT.sub("", _AGENT.sub("", word)) or word
