"""What the configuration says about the folders from which constants are loaded, read without running it.

Source: rails v8.1.0 railties/lib/rails/engine/configuration.rb:9 (the settings), application/configuration.rb:493
(autoload_lib), paths.rb:58 (paths.add), application/finisher.rb:14 (what has been pushed already keeps its namespace),
autoloaders/inflector.rb:12; zeitwerk lib/zeitwerk/loader/config.rb:118 (push_dir), :197 (ignore), :208 (collapse).
"""

from __future__ import annotations

import posixpath
import re
from itertools import islice
from typing import TYPE_CHECKING

from sidekiq_gen.rails.code import code_lines
from sidekiq_gen.rails.globs import folders
from sidekiq_gen.rails.literals import Token, closing, parts_of, statement
from sidekiq_gen.regex import regex
from sidekiq_gen.values import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sidekiq_gen.rails.files import Repo

APPLICATION = "config/application.rb"
# What Rails loads below a folder that is added to ``app``.
BELOW_APP = "{*,*/concerns}"

_SIGNS = ("load_paths", "autoload", "push_dir", "collapse", "paths.add", "paths[", "loader")
_LISTS = regex(
    r"^[^#\n]*?\b(?:autoload_once|autoload|eager_load)_paths\s*"
    r"(\+=|<<|\|=|-=|=(?!=)|\.(?:push|concat|unshift|append|prepend|delete)\b)\s*",
    re.MULTILINE,
)
_LIB = regex(r"^[^#\n]*?\bautoload_lib(?:_once)?\b", re.MULTILINE)
_ADD = regex(r"^[^#\n]*?\bpaths\.add\b", re.MULTILINE)
_APPEND = regex(
    r"^[^#\n]*?\bpaths\[[\"'](app|app/(?!views|assets)\w+)[\"']\]\s*(?:<<|\.(?:push|concat|unshift)\b)\s*", re.MULTILINE
)
_LOADER = regex(r"^[^#\n]*?\w\.(push_dir|collapse|ignore)\b", re.MULTILINE)
_INFLECT = regex(r"^[^#\n]*?\binflector\.inflect\b", re.MULTILINE)
_INTERPOLATED = regex(r"#\{([^}]*)\}/?(.*)", re.DOTALL)
_JOINED = regex(r"\bjoin[ (]+[\"']([^\"']+)")
# Of one sort and in one file; people write a few. Reading one takes up to a millisecond.
MAXIMUM_STATEMENTS = 200


@dataclass
class Settings:
    """What is said, by folder relative to the root.

    added: folders that are loaded from, each with the file that says so. removed: those that are not.
    namespaces: of folders whose constants are not at the top. collapsed: folders that make no namespace.
    ignored: files and folders that make no constant. names: constants by the file names that stand for them.
    """

    added: dict[str, str] = field(default_factory=dict)
    removed: set[str] = field(default_factory=set)
    namespaces: dict[str, str] = field(default_factory=dict)
    collapsed: set[str] = field(default_factory=set)
    ignored: set[str] = field(default_factory=set)
    names: dict[str, str] = field(default_factory=dict)


def read_settings(repo: Repo) -> Settings:
    """What the application, its production environment, its initializers and its engines say."""
    settings = Settings()
    own = (APPLICATION, "config/environments/production.rb", *repo.files("config/initializers"))
    engines = ((path, unit) for unit in repo.units[1:] for path in repo.files(f"{unit}lib", "engine.rb"))
    for path, unit in (*((path, "") for path in own), *engines):
        text = repo.read(path) or ""
        if any(sign in text for sign in _SIGNS):
            _File(repo, path, unit, "\n".join(code_lines(text)), settings).read()
    return settings


@dataclass(frozen=True)
class _File:
    """One file of configuration. unit: what paths are relative to. code: its lines of code."""

    repo: Repo
    path: str
    unit: str
    code: str
    settings: Settings

    def read(self) -> None:
        """Note all that it says."""
        for shape, note, *signs in (
            (_LISTS, self._list, "load_paths", "once_paths"),
            (_LIB, self._lib, "autoload_lib"),
            (_ADD, self._add, "paths.add"),
            (_APPEND, self._append, "paths["),
            (_LOADER, self._loader, "push_dir", "collapse", "ignore"),
            (_INFLECT, self._inflect, ".inflect"),
        ):
            if any(sign in self.code for sign in signs):
                self._each(shape, note)

    def _each(self, shape: re.Pattern[str], note: Callable[[str, list[Token]], None]) -> None:
        for found in islice(shape.finditer(self.code), MAXIMUM_STATEMENTS):
            note(found[1] if shape.groups else "", statement(self.code, found.end()))

    def _list(self, operator: str, tokens: list[Token]) -> None:
        named = self._folders(tokens)
        if operator in {"-=", ".delete"}:
            self.settings.removed |= set(named)
        else:
            self._note(named)

    def _lib(self, _: str, tokens: list[Token]) -> None:
        self._note(folders(self.repo, f"{self.unit}lib"))
        self.settings.ignored |= {f"{self.unit}lib/{word}" for word in _words(tokens)}

    def _add(self, _: str, tokens: list[Token]) -> None:
        where, *options = _arguments(tokens)
        if any(_is(option, name, "true") for option in options for name in ("eager_load", "autoload", "autoload_once")):
            glob = next((f"/{option[1].text}" for option in options if len(option) > 1 and _is(option, "glob")), "")
            self._note([one for path in self._paths(where) for one in self._matching(path + glob)])

    def _append(self, to: str, tokens: list[Token]) -> None:
        below = f"/{BELOW_APP}" if to == "app" else ""
        self._note([one for path in self._paths(tokens) for one in self._matching(path + below)])

    def _loader(self, what: str, tokens: list[Token]) -> None:
        where, *options = _arguments(tokens)
        if what == "push_dir":
            said = next((option[1].text for option in options if len(option) > 1 and _is(option, "namespace")), "")
            for folder in self._folders(where):
                self._note([folder])
                self.settings.namespaces[folder] = said.removeprefix("::").replace("::", "/")
        elif what == "collapse":
            self.settings.collapsed |= set(self._folders(tokens))
        else:
            self.settings.ignored |= {posixpath.normpath(path) for path in self._paths(tokens)}

    def _inflect(self, _: str, tokens: list[Token]) -> None:
        for part in _arguments(tokens):
            words = [token.text for token in part if token.kind in {"string", "label"}]
            if words[1:]:
                self.settings.names[words[0]] = words[1]

    def _note(self, named: list[str] | tuple[str, ...]) -> None:
        self.settings.added |= dict.fromkeys(named, self.path)

    def _folders(self, tokens: list[Token]) -> list[str]:
        """The folders that an expression comes to."""
        return [one for path in self._paths(tokens) for one in self._matching(path)]

    def _matching(self, pattern: str) -> tuple[str, ...]:
        own = folders(self.repo, self.unit + pattern)
        return own or (folders(self.repo, pattern) if self.unit else ())

    def _paths(self, tokens: list[Token]) -> Iterator[str]:
        """The paths and patterns that an expression spells out, relative to the root."""
        index = 0
        while index < len(tokens):
            token, index = tokens[index], index + 1
            if token == Token("name", "join"):
                index, given = _call(tokens, index)
                yield from self._path("/".join(_words(given)))
            elif token == Token("name", "expand_path"):
                index, given = _call(tokens, index)
                base = next((self._base(one.text) for one in given if one.text in {"__dir__", "__FILE__"}), "")
                yield from (posixpath.normpath(posixpath.join(base, word)) for word in _words(given)[:1])
            else:
                for word in _words([token]):
                    yield from self._path(word)

    def _path(self, text: str) -> Iterator[str]:
        """One path, with the root of the application or engine taken off."""
        interpolated = _INTERPOLATED.match(text)
        if interpolated:
            code, rest = interpolated[1], interpolated[2]
            joined = _JOINED.search(code)
            if "root" not in code and code != "__dir__":
                return
            text = "/".join(filter(None, (joined[1] if joined else "", rest)))
            text = posixpath.normpath(f"{self._base(code)}/{text}") if code == "__dir__" else text
        if text and "#{" not in text and not text.startswith("/"):
            yield text

    def _base(self, word: str) -> str:
        """The folder of the file, or the file itself: relative to the unit where it belongs to one."""
        path = self.path.removeprefix(self.unit)
        return path if word == "__FILE__" else posixpath.dirname(path)


def _arguments(tokens: list[Token]) -> list[list[Token]]:
    """The arguments of a call whose name comes right before."""
    if tokens and tokens[0] == Token("mark", "("):
        tokens = tokens[1 : closing(tokens, 0)]
    return list(parts_of(tokens))


def _call(tokens: list[Token], index: int) -> tuple[int, list[Token]]:
    """Where a call ends whose name ends at index, and its arguments."""
    if index < len(tokens) and tokens[index] == Token("mark", "("):
        end = closing(tokens, index)
        return end + 1, tokens[index + 1 : end]
    end = next((place for place in range(index, len(tokens)) if tokens[place].text in {"]", ")", "}"}), len(tokens))
    return end, tokens[index:end]


def _words(tokens: list[Token]) -> list[str]:
    """The texts among tokens, interpolations as written, one by one also where a list of words has them."""
    found: list[str] = []
    for token in tokens:
        if token.kind == "string":
            found.append(token.text)
        elif token.kind == "words" or (token.kind == "computed" and token.text.startswith("%")):
            found += token.text[3:-1].split()
        elif token.kind == "computed" and token.text[0] == token.text[-1] == '"':
            found.append(token.text[1:-1])
    return found


def _is(option: list[Token], name: str, value: str = "") -> bool:
    """Whether an argument is a keyword of that name, with that value where one is asked for."""
    return option[:1] == [Token("label", name)] and (not value or [token.text for token in option[1:]] == [value])
