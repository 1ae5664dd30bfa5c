"""How the repo's specs make a persisted record of a model."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from sidekiq_gen.naming import camelize
from sidekiq_gen.rails.code import code_lines, fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sidekiq_gen.rails.files import Repo
    from sidekiq_gen.rails.lockfile import Lockfile

Library = Literal["FactoryBot", "FactoryGirl", "Fabrication"]

# A definition goes on over so many lines at most before its block opens.
MAXIMUM_LINES = 6

_NAME = r"(?::(?:(\w+)|\"([^\"\n]+)\")|[\"']([^\"'\n]+)[\"'])"
_FACTORY = re.compile(rf"([ \t]*)(factory|Fabricator)[ \t(]+{_NAME}(.*)")
_CLASS = re.compile(r"(?<!\w)(?:class(?:_name)?:|:class(?:_name)?\s*=>)\s*[\"':]*([A-Za-z]\w*(?:(?:::|/)\w+)*)")
_PARENT = re.compile(r"(?<!\w)(?:parent:|from:|:parent\s*=>|:from\s*=>)\s*[\"':]*([A-Za-z]\w*(?:(?:::|/)\w+)*)")
_ALIASES = re.compile(r"(?<!\w)(?:aliases:|:aliases\s*=>)\s*(?:%i)?\[([^\]\n]*)\]")
_WORD = re.compile(r"\w+")
_SYNTAX = re.compile(r"^[^#\n]*\binclude[ \t(]+(FactoryBot|FactoryGirl)::Syntax::Methods", re.MULTILINE)
_SYMBOL = re.compile(r"[A-Za-z_]\w*")
_LABEL = re.compile(r"(?:([A-Za-z][\w-]*)|[\"']([A-Za-z][^\"'\n<]*)[\"']):(?:\s|$)")


@dataclass(frozen=True)
class Factory:
    """One way to make a record.

    model: the folded name of its class, to be compared with ``fold``.
    nested: whether it is a variant of the factory around it.
    """

    library: Library
    names: tuple[str, ...]
    model: str
    nested: bool


def find_factories(repo: Repo, lockfile: Lockfile | None) -> tuple[Factory, ...]:
    """The factories and fabricators that the specs can use: those of locked gems, or all when there is no lock file."""
    libraries = _libraries(lockfile)
    folders = tuple(f"{unit}{tests}" for unit in repo.units for tests in ("spec", "test"))
    found: list[Factory] = []
    for stem in ("factories", "fabricators"):
        for path in (path for folder in folders for path in _files(repo, folder, stem)):
            text = repo.read_found(path) or ""
            found += _factories(text, "FactoryGirl" if "FactoryGirl.define" in text else "FactoryBot")
    return tuple(factory for factory in found if factory.library in libraries)


def factory_call(repo: Repo, factories: Iterable[Factory], model: str) -> str | None:
    """The Ruby expression that makes a persisted record; None when no factory does."""
    folded = fold(model)
    own = {folded, folded.replace("/", ""), folded.rpartition("/")[2]}
    fitting = [factory for factory in factories if factory.model == folded]
    # The one that bears the model's name, else one that is no variant of another.
    fitting.sort(key=lambda factory: (not any(fold(name) in own for name in factory.names), factory.nested))
    if not fitting:
        return None
    best = fitting[0]
    name = next((name for name in best.names if fold(name) in own), best.names[0])
    symbol = f":{name}" if _SYMBOL.fullmatch(name) else f':"{name}"'
    if best.library == "Fabrication":
        return f"Fabricate({symbol})"
    receiver = "" if best.library in _mixed_in(repo) else f"{best.library}."
    return f"{receiver}create({symbol})"


def fixture_call(repo: Repo, sets: Iterable[str]) -> str | None:
    """The call that gives the first record of the first of these fixture sets (``billing/invoices``) that exists."""
    for name in sets:
        for tests in ("test", "spec"):
            label = _first_label(repo.read(f"{tests}/fixtures/{name}.yml") or "")
            if label:
                symbol = f":{label}" if _SYMBOL.fullmatch(label) else f':"{label}"'
                return f"{name.replace('/', '_')}({symbol})"
    return None


def _libraries(lockfile: Lockfile | None) -> frozenset[Library]:
    """The libraries that the lock file has."""
    gems: dict[str, Library] = {
        "factory_bot": "FactoryBot",
        "factory_girl": "FactoryGirl",
        "fabrication": "Fabrication",
    }
    return frozenset(
        library
        for gem, library in gems.items()
        if lockfile is None or lockfile.get(gem) or lockfile.get(f"{gem}_rails")
    )


def _files(repo: Repo, folder: str, stem: str) -> Iterator[str]:
    """The Ruby files directly in a folder, or below a folder in it, whose first name begins so."""
    for name in repo.names(folder):
        if name.startswith(stem):
            path = f"{folder}/{name}"
            if name.endswith(".rb") and repo.read(path) is not None:
                yield path
            yield from repo.files(path)


def _factories(text: str, library: Library) -> Iterator[Factory]:
    """The factories of one file, in order."""
    lines = list(code_lines(text))
    models: dict[str, str] = {}
    around: list[tuple[int, str]] = []
    for number, line in enumerate(lines):
        found = _FACTORY.match(line)
        if not found:
            continue
        name, options = found[3] or found[4] or found[5], _options(found[6], lines[number + 1 : number + MAXIMUM_LINES])
        indentation = len(found[1].expandtabs(2))
        while around and around[-1][0] >= indentation:
            around.pop()
        named, parent = _CLASS.search(options), _PARENT.search(options)
        inherited = models.get(parent[1], fold(parent[1])) if parent else around[-1][1] if around else None
        model = fold(named[1]) if named else inherited or fold(camelize(name))
        around.append((indentation, model))
        aliases = _ALIASES.search(options)
        names = (name, *(_WORD.findall(aliases[1]) if aliases else ()))
        models |= dict.fromkeys(names, model)
        yield Factory("Fabrication" if found[2] == "Fabricator" else library, names, model, nested=len(around) > 1)


def _options(first: str, following: Iterable[str]) -> str:
    """The options of a definition, which go on as long as lines end in a comma."""
    options = first
    for line in following:
        if not options.rstrip().endswith((",", "[")):
            break
        options += f" {line.strip()}"
    return options


def _mixed_in(repo: Repo) -> frozenset[str]:
    """The libraries whose methods the specs can call without naming them."""
    helpers = ("spec/rails_helper.rb", "spec/spec_helper.rb", "test/test_helper.rb")
    texts = [repo.read(path) for path in helpers]
    texts += [repo.read_found(path) for folder in ("spec/support", "test/support") for path in repo.files(folder)]
    return frozenset(found[1] for text in texts for found in _SYNTAX.finditer(text or ""))


def _first_label(text: str) -> str | None:
    """The first record in a file of fixtures; ``DEFAULTS`` and ``_fixture`` are none."""
    labels = (found[1] or found[2] for line in text.split("\n") if (found := _LABEL.match(line)))
    return next((label for label in labels if label != "DEFAULTS"), None)
