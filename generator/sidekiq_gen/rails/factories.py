"""How the repo's specs make a persisted record of a model."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal

from sidekiq_gen.naming import camelize
from sidekiq_gen.quoting import ruby_symbol
from sidekiq_gen.rails import yaml
from sidekiq_gen.rails.code import code_lines, fold
from sidekiq_gen.rails.factory_paths import find_files, support_files
from sidekiq_gen.rails.heirs import heirs_among
from sidekiq_gen.regex import regex
from sidekiq_gen.values import dataclass, field, replace

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from sidekiq_gen.rails.constants import Constants
    from sidekiq_gen.rails.files import Repo
    from sidekiq_gen.rails.lockfile import Lockfile

Library = Literal["FactoryBot", "FactoryGirl", "Fabrication"]

# A definition goes on over so many lines at most before its block opens.
MAXIMUM_LINES = 6
MAXIMUM_INDENTATION = 1000

_NAME = r"(?::(?:(\w+)|\"([^\"\n]+)\")|[\"']([^\"'\n]+)[\"'])"
_FACTORY = regex(rf"([ \t]*)(factory|Fabricator)[ \t(]+{_NAME}(.*)")
_CLASS = regex(
    r"(?<!\w)(?:class(?:_name)?:|:class(?:_name)?\s*=>)\s*[\"':]*([A-Za-z]\w*(?:(?:::|/)\w+)*)", needs="class"
)
_PARENT = regex(
    r"(?<!\w)(?:parent:|from:|:parent\s*=>|:from\s*=>)\s*[\"':]*([A-Za-z]\w*(?:(?:::|/)\w+)*)",
    needs=("parent", "from"),
)
_ALIASES = regex(r"(?<!\w)(?:aliases:|:aliases\s*=>)\s*(?:%i)?\[([^\[\]\n]*)\]", needs="aliases")
# An attribute of a factory; what is deeper inside belongs to a trait, a callback or a transient block.
_ATTRIBUTE = regex(
    r"[ \t]*(?:(?:sequence|add_attribute)[ (]+:(\w+)|"
    r"(?!(?:factory|trait|transient|after|before|callback|association)\b)([a-z_]\w*)(?:\s*[{(]|\s+do\b|\s+[\"':\d]))"
)
_TRAIT = regex(r"[ \t]*trait[ \t(]+:(\w+)\)?[ \t]*(?:\{(.*)\})?")
_TRAITS = regex(r"(?:\btraits:|:traits\s*=>)\s*(?:%i)?\[([^\[\]\n]*)\]", needs="traits")
_CALLBACK = regex(
    r"[ \t]*(?:after|before|callback|to_create)\b[ \t]*[({:](.*)|[ \t]*to_create[ \t]+do\b(.*)",
    needs=("after", "before", "callback", "to_create"),
)
_BARE = regex(r"[ \t]*(\w+)[ \t]*")
_CALLED = regex(r"[a-z_]\w*!?")
_WORD = regex(r"\w+")
_SYNTAX = regex(r"^[^#\n]*\binclude[ \t(]+(FactoryBot|FactoryGirl)::Syntax::Methods", re.MULTILINE)
_LABEL = regex(r"(?:([A-Za-z][\w-]*)|[\"']([A-Za-z][^\"'\n<]*)[\"']):(?:\s|$)")


@dataclass(frozen=True)
class Factory:
    """One way to make a record.

    model: the folded name of its class, to be compared with ``fold``.
    nested: whether it is a variant of the factory around it.
    sets: the attributes that it gives a value, those of the factories around it and of its traits among them.
    called_back: the words in its callbacks, which may change a record after that.
    """

    library: Library
    names: tuple[str, ...]
    model: str
    nested: bool
    sets: tuple[str, ...] = ()
    called_back: tuple[str, ...] = ()


def find_factories(repo: Repo, lockfile: Lockfile | None) -> tuple[Factory, ...]:
    """The factories and fabricators that the specs can use: those of locked gems, or all when there is no lock file."""
    libraries = _libraries(lockfile)
    found: list[Factory] = []
    for path in find_files(repo):
        text = repo.read(path) or ""
        found += _factories(text, "FactoryGirl" if "FactoryGirl.define" in text else "FactoryBot")
    return tuple(factory for factory in found if factory.library in libraries)


def fitting_factory(factories: Sequence[Factory], model: str, constants: Constants) -> Factory | None:
    """The factory that makes a record of a model: the one that bears its name, else one that is no variant.

    Where none is of its class, one of a class that inherits from it makes such a record as well.
    """
    own, folded = _own_names(model), fold(model)
    fitting = [factory for factory in factories if factory.model == folded]
    if not fitting:
        heirs = heirs_among(constants, model, (factory.model for factory in factories))
        fitting = [factory for factory in factories if factory.model in heirs]
    fitting.sort(key=lambda factory: (not any(fold(name) in own for name in factory.names), factory.nested))
    return fitting[0] if fitting else None


def factory_call(factory: Factory, model: str, *, mixed_in: bool) -> str:
    """The Ruby expression that makes a persisted record.

    mixed_in: whether the specs call the methods of the library without naming it.
    """
    own = _own_names(model)
    name = next((name for name in factory.names if fold(name) in own), factory.names[0])
    symbol = ruby_symbol(name)
    if factory.library == "Fabrication":
        return f"Fabricate({symbol})"
    return f"{'' if mixed_in else f'{factory.library}.'}create({symbol})"


def _own_names(model: str) -> set[str]:
    folded = fold(model)
    return {folded, folded.replace("/", ""), folded.rpartition("/")[2]}


def fixture_call(repo: Repo, sets: Iterable[str]) -> str | None:
    """The call that gives the first record of the first of these fixture sets (``billing/invoices``) that exists."""
    for name in sets:
        for tests in ("test", "spec"):
            label = _first_label(repo.read(f"{tests}/fixtures/{name}.yml") or "")
            if label:
                return f"{name.replace('/', '_')}({ruby_symbol(label)})"
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


def _factories(text: str, library: Library) -> Iterator[Factory]:
    """The factories of one file, in order."""
    lines = list(code_lines(text))
    models: dict[str, str] = {}
    around: list[_Open] = []
    traits: dict[str, _Open] = {}
    found: list[tuple[_Open, Factory]] = []
    for number, line in enumerate(lines):
        indentation = len(line) - len(line.lstrip())
        while around and around[-1].indentation >= indentation:
            around.pop()
        opened = _FACTORY.match(line)
        trait = _TRAIT.match(line)
        if trait:
            around.append(traits.setdefault(trait[1], _Open(indentation, "", [])).again(indentation, trait[2] or ""))
        elif not opened and around:
            around[-1].take(line, indentation)
        if not opened:
            continue
        name, options = opened[3] or opened[4] or opened[5], opened[6]
        options = _options(options, lines[number + 1 : number + MAXIMUM_LINES])
        named, parent = _CLASS.search(options), _PARENT.search(options)
        inherited = models.get(parent[1], fold(parent[1])) if parent else around[-1].model if around else None
        model = fold(named[1]) if named else inherited or fold(camelize(name))
        aliases = _ALIASES.search(options)
        names = (name, *(_WORD.findall(aliases[1]) if aliases else ()))
        models |= dict.fromkeys(names, model)
        kind: Library = "Fabrication" if opened[2] == "Fabricator" else library
        own = around[-1].inside(indentation, model) if around else _Open(indentation, model, [])
        given = _TRAITS.search(options)
        own.bare += _WORD.findall(given[1]) if given else ()
        found.append((own, Factory(kind, names, model, nested=bool(around))))
        around.append(own)
    for own, factory in found:
        all_of_it = [own, *(traits[name] for name in own.bare if name in traits)]
        sets = dict.fromkeys(name for one in all_of_it for name in one.sets)
        called_back = dict.fromkeys(word for one in all_of_it for word in one.called_back)
        yield replace(factory, sets=tuple(sets), called_back=tuple(called_back))


@dataclass
class _Open:
    """A factory or trait whose block is being read.

    body: the indentation of what is directly in it. bare: words that stand alone there, as traits do.
    called_back: the words in its callbacks. inside_callback: whether the last line directly in it opened one.
    """

    indentation: int
    model: str
    sets: list[str]
    body: int | None = None
    bare: list[str] = field(default_factory=list)
    called_back: list[str] = field(default_factory=list)
    inside_callback: bool = False

    def inside(self, indentation: int, model: str) -> _Open:
        """A factory inside this one, which begins with what this one has."""
        return _Open(indentation, model, self.sets[:], None, self.bare[:], self.called_back[:])

    def again(self, indentation: int, line: str) -> _Open:
        """The same, opened at another place, with what stands there between its braces."""
        self.indentation, self.body = indentation, None
        self.take(line, MAXIMUM_INDENTATION)
        return self

    def take(self, line: str, indentation: int) -> None:
        """Note the attribute that a line of the block gives a value, if it does, the trait, or what is called back."""
        self.body = indentation if self.body is None else min(self.body, indentation)
        if indentation > self.body:
            self.called_back += _CALLED.findall(line) if self.inside_callback else ()
            return
        attribute, bare, callback = _ATTRIBUTE.match(line), _BARE.fullmatch(line), _CALLBACK.match(line)
        self.inside_callback = callback is not None
        if attribute:
            self.sets.append(attribute[1] or attribute[2])
        elif bare:
            self.bare.append(bare[1])
        elif callback:
            self.called_back += _CALLED.findall(callback[1] or callback[2] or "")


def _options(first: str, following: Iterable[str]) -> str:
    """The options of a definition, which go on as long as lines end in a comma."""
    options = first
    for line in following:
        if not options.rstrip().endswith((",", "[")):
            break
        options += f" {line.strip()}"
    return options


def mixed_in(repo: Repo) -> frozenset[str]:
    """The libraries whose methods the specs can call without naming them."""
    texts = (repo.read(path) or "" for path in support_files(repo))
    return frozenset(found[1] for text in texts for found in _SYNTAX.finditer(text))


def fixture_sets(repo: Repo, sets: Iterable[str]) -> tuple[str, ...]:
    """The columns to which that record gives a value."""
    for name in sets:
        for tests in ("test", "spec"):
            path = f"{tests}/fixtures/{name}.yml"
            label = _first_label(repo.read(path) or "")
            if label:
                return tuple(yaml.mapping(yaml.mapping(yaml.of_file(repo, path)).get(label)))
    return ()


def _first_label(text: str) -> str | None:
    """The first record in a file of fixtures; ``DEFAULTS`` and ``_fixture`` are none."""
    labels = (found[1] or found[2] for line in text.split("\n") if (found := _LABEL.match(line)))
    return next((label for label in labels if label != "DEFAULTS"), None)
