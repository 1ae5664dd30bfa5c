from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, Any

import pytest
import yaml as library

from sidekiq_gen.rails import yaml
from sidekiq_gen.rails.files import Repo as Files
from sidekiq_gen.rails.house.configuration import read
from sidekiq_gen.rails.yaml_events import MAXIMUM_DEPTH, MAXIMUM_VALUES, build, meaning_of
from sidekiq_gen.rails.yaml_plain import LONGEST, LONGEST_LINE, read_events
from support import pyyaml
from support.command import sidekiq_gen
from support.repos import Repo

if TYPE_CHECKING:
    from pathlib import Path

TOO_MANY = "is YAML with more than 100,000 values"
TOO_DEEP = "is YAML that is nested deeper than 100 levels"
LAUGHS = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{level}: &a{level} [{', '.join([f'*a{level - 1}'] * 10)}]\n" for level in range(1, 12)
)
MERGES = "m0: &m0 {a: 1, b: 2, c: 3, d: 4}\n" + "".join(
    f"m{level}: &m{level}\n  <<: [{', '.join([f'*m{level - 1}'] * 10)}]\n" for level in range(1, 9)
)
BOMBS = {
    "laughs": (LAUGHS + "b: *a11\n", TOO_MANY),
    "merges": (MERGES, TOO_MANY),
    "wide": (
        "a0: &a0 {}\n"
        + "".join(
            f"a{level}: &a{level} {{{', '.join(f'k{key}: *a{level - 1}' for key in range(400))}}}\n"
            for level in range(1, 6)
        ),
        TOO_MANY,
    ),
    "long": ("- a\n" * (MAXIMUM_VALUES + 1), TOO_MANY),
    "lists": ("[" * 30_000, TOO_DEEP),
    "mappings": ("{a: " * 30_000, TOO_DEEP),
    "blocks": ("- " * 300_000, TOO_DEEP),
    "keys": ("? " * 300_000, TOO_DEEP),
    "closed": ("[" * 3000 + "]" * 3000, TOO_DEEP),
    "chain": ("a0: &a0 []\n" + "".join(f"a{n}: &a{n} [*a{n - 1}]\n" for n in range(1, 200)), TOO_DEEP),
    "directives": ("%TAG !a! tag:a\n" * 50_000, "is YAML with hundreds of directives"),
}


@pytest.mark.parametrize(("text", "reason"), BOMBS.values(), ids=BOMBS)
@pytest.mark.parametrize("path", ["config/database.yml", "config/sidekiq.yml", ".rubocop.yml", "packs.yml"])
def test_bombs_are_told_and_not_built(tmp_path: Path, text: str, reason: str, path: str) -> None:
    root = Repo(files={path: text}).write(tmp_path)
    files = Files(root)
    assert (yaml.of_file(files, path), files.unread, yaml.load(text)) == (None, {path: reason}, None)
    if reason == TOO_DEEP or len(text) < 2000:  # the command itself as well, where that costs next to nothing
        done = sidekiq_gen(root, "info")
        assert done.status == 0
        assert f"notice  {path} {reason}: it counts as if it were not there." in done.err.splitlines()


def test_what_is_just_within_bounds_is_built() -> None:
    deep: Any = yaml.load("[" * MAXIMUM_DEPTH + "]" * MAXIMUM_DEPTH)
    for _ in range(MAXIMUM_DEPTH - 1):
        (deep,) = deep
    assert deep == []
    assert len(yaml.load("- a\n" * (MAXIMUM_VALUES - 1))) == MAXIMUM_VALUES - 1


@pytest.mark.parametrize(
    ("text", "document"),
    [
        ("a: !!bool x", {"a": None}),
        ("a: !!timestamp x", {"a": None}),
        ("a: !!binary x", {"a": None}),
        ("a: !!set {x, y}\nb: 1", {"a": None, "b": 1}),
        ("a: !ruby/object:OpenStruct {b: [1, {c: 2}]}\nd: 1", {"a": None, "d": 1}),
        ("a: !ruby/regexp /x/\nb: !!str 5", {"a": None, "b": "5"}),
        ("a: 0x" + "f" * 5000, {"a": "0x" + "f" * 5000}),
        ("a: 0x_\nb: 0b_", {"a": "0x_", "b": "0b_"}),
        ("a: 2024-01-01\nb: 1_000\nc: 012\nd: yes\ne: ~\nf: 1.5\ng: '1'", "plain"),
        ("? [a]\n: b\nc: d", {"": "b", "c": "d"}),
        ("1: a\ntrue: b\n:c: d", {"1": "a", "true": "b", ":c": "d"}),
        ("a: 1\n---\nb: 2", {"a": 1}),
        ("- &x on\n- *x", [True, True]),
        ("&k key: *k", {"key": "key"}),
        ("a: &a [*a]", None),
        ("a: *nothing", None),
        ("a: b: c", None),
        ("", None),
        ("\0", None),
    ],
)
def test_what_comes_out_is_plain(text: str, document: object) -> None:
    if document == "plain":
        document = {"a": "2024-01-01", "b": 1000, "c": 10, "d": True, "e": None, "f": 1.5, "g": "1"}
    assert yaml.load(text) == document


@pytest.mark.parametrize(
    "text",
    [
        "default: &default\n  adapter: postgresql\n  pool: 5\nproduction:\n  <<: *default\n  pool: 9\n",
        "a: &a {x: 1, y: 2}\nb: &b {y: 3, z: 4}\nc:\n  z: 5\n  <<: [*a, *b]\n",
        "a: &a {x: 1}\nb:\n  <<: *a\n  <<: {x: 2, y: 3}\n  y: 4\n",
        "a: &a {x: 1}\nb: &b\n  <<: *a\n  y: 2\nc:\n  <<: *b\n  x: 3\n",
        "a: |\n  text\n  more\nb: >-\n  folded\n  text\nc: [1, 2.5, true, ~, 'x', \"\\u00e9\"]\n",
    ],
)
def test_merges_are_those_of_pyyaml(text: str) -> None:
    assert build(text) == (True, library.safe_load(text))
    assert list(build(text)[1]) == list(library.safe_load(text))


PLAIN = (
    ":concurrency: 5\n:queues:\n  - [critical, 6]\n  - default\n",
    "default: &default\n  adapter: postgresql # of all\n  pool: \n\ntest:\n  <<: *default\n  database: 'a b'\n",
    '---\n# of us\nAllCops:\n  NewCops: enable\n  Exclude:\n  - db/schema.rb\n  - "**/*.x"\n\nRails:\n  Enabled: no\n',
    "- a: 1\n  b:\n    - - c\n      - d\n    -\n    -\n      e: f\n-   g: h\n    i: j\n",
    "a: [ x y, \"z\", 'it' ,1.5]\nb: []\n'c d': &x 7\n\"e\": *x\nf: &y\ng: &z []\n",
    'url: http://localhost:3000/a#b\nat: 12:30\nsym: :low\nminus: -x\nerb: <x y="1"> {}[],\n',
    "a: # none\nb:\n- 1\n- 2\nc: é ü\n",
)
UNCLEAR = (
    "",
    "---\n",
    "word",
    "a: |\n  text",
    "a: b\n  c",
    "- b\n  c",
    'a: "b\n  c"',
    'a: "\\n"',
    "a: 'it''s'",
    "a: {b: c}",
    "a: [b, [c]]",
    "a: [b, c: d]",
    "a: [b,,c]",
    "a: [b, c\n  ]",
    "a: b: c",
    "a: !!str b",
    "a: &é b",
    "a: &x *y",
    "a: @b",
    "? a",
    "%YAML 1.1\n---\na: b",
    "a: b\n---\nc: d",
    "a: b\n...\n",
    "a:\tb",
    "a: b\r\nc: d",
    "a: b\u2028c",
    "  a: b\n c: d",
    "a:\n    b: c\n  d: e",
    "- a\n -b",
    "&x a: b",
    "a : b",
    "[a]: b",
)


@pytest.mark.parametrize("text", PLAIN)
def test_what_is_plain_is_read_without_pyyaml_and_as_pyyaml_reads_it(text: str) -> None:
    found = read_events(text)
    assert found is not None
    assert pyyaml.ours(found) == pyyaml.events(text)


@pytest.mark.parametrize("text", UNCLEAR)
def test_what_is_not_plain_is_left_to_pyyaml(text: str) -> None:
    assert read_events(text) is None


def test_what_is_long_is_left_to_pyyaml() -> None:
    lines = "a: b\n" * (LONGEST // 5)
    assert read_events(lines) is not None
    assert read_events(lines + "\n") is None
    assert read_events("a: " + "b" * (LONGEST_LINE - 3)) is not None
    assert read_events(" a: " + "b" * (LONGEST_LINE - 3)) is None


BITS = ["-", ":", "#", "&", "*", "'", '"', "[", "]", "{", ",", "?", " ", "  ", "\n", "\n  ", "\n- ", "\n -", "- ", ": "]
BITS += [
    " #",
    "---",
    "...",
    "<<: *x",
    "&x ",
    "*x",
    "!",
    "|",
    ">",
    "%",
    "@",
    "~",
    "é",
    "\t",
    "''",
    "[a, b]",
    ": :a",
    "1",
    "- - ",
]


def test_what_is_read_without_pyyaml_is_what_pyyaml_reads_also_where_a_slip_was_made() -> None:
    chance, read = Random(20), 0  # noqa: S311 - no secret
    for _ in range(12_000):
        text = chance.choice(PLAIN)
        for _ in range(chance.randint(1, 3)):
            at = chance.randint(0, len(text))
            text = text[:at] + chance.choice(["", *BITS]) + text[at + chance.randint(0, 2) :]
        found = read_events(text)
        if found is not None:
            read += 1
            assert pyyaml.ours(found) == pyyaml.events(text), text
    assert read > 1_500


def test_words_mean_what_they_mean_to_pyyaml() -> None:
    words = (
        "yes Yes YES yES on Off n y nUll null Null NULL ~ = << true .inf -.INF .NaN +.inf 1.5 3.10 012 0b1 0 00 1:30"
    )
    letters, chance = "0123456789.-+_:eExZ inafNYyesontrufl~=<é²", Random(21)  # noqa: S311 - no secret
    made = ("".join(chance.choices(letters, k=chance.randint(1, 5))) for _ in range(10_000))
    for word in ("", "2024-01-01", "1_000", "-1", "1e3", "1.", ".5", *words.split(), *made):
        assert repr(meaning_of(word)) == repr(pyyaml.meaning(word)), word


def test_a_tag_is_no_merge_and_a_text_is_none() -> None:
    assert yaml.load("'<<': {a: 1}\nb: 2") == {"<<": {"a": 1}, "b": 2}
    assert yaml.load("<<: [1, x, {a: 1}]\nb: 2") == {"a": 1, "b": 2}


@pytest.mark.parametrize("value", [None, True, [1, "a"], {"a": 1}, 7, 1.5, "a"])
def test_values_are_of_the_kind_that_is_asked_for(value: object) -> None:
    kind = type(value)
    assert yaml.text(value) == (str(value) if kind in {int, float, str} else None)
    assert yaml.texts(value) == (["1", "a"] if kind is list else [str(value)] if kind in {int, float, str} else [])
    assert yaml.number(value) == (value if kind is int else None)
    assert yaml.mapping(value) == (value if kind is dict else {})


ODD = [
    "[double_quotes]",
    "{a: b}",
    "!!bool x",
    "!ruby/sym x",
    "0x" + "f" * 5000,
    "[" * 90 + "]" * 90,
    "~",
    "2024-01-01",
]
PLACES = {
    "config/database.yml": ("production: {adapter: %s, url: %s}", "production: %s", "%s"),
    "config/sidekiq.yml": (":queues: %s", ":queues: [%s]", ":queues:\n  - [%s, 2]", ":max_retries: %s", "%s: %s"),
    ".rubocop.yml": (
        "inherit_from: %s",
        "inherit_gem: {rubocop-govuk: %s}",
        "inherit_gem: %s",
        "plugins: %s",
        "inherit_mode: {merge: %s}\nStyle/StringLiterals: {Exclude: %s}",
        "AllCops: {Exclude: %s, NewCops: %s, TargetRubyVersion: %s}",
        "Style/StringLiterals: {EnforcedStyle: %s}",
        "Style/StringLiterals: {Enabled: %s, Exclude: [%s]}",
        "Style: {Enabled: %s}\nStyle/FrozenStringLiteralComment: %s",
        "Layout/LineLength: {Max: %s}",
        "Style/MethodCallWithArgsParentheses: {Enabled: true, AllowedMethods: %s}",
        "Style/WordArray: {EnforcedStyle: percent, MinSize: %s}",
    ),
    ".standard.yml": ("ignore: %s", "ignore:\n  - %s: [%s]", "extend_config: %s", "ignore: [{'**/*': %s}]"),
    "packwerk.yml": ("package_paths: %s",),
    "config/schedule.yml": ("job: %s",),
}


@pytest.mark.parametrize("path", PLACES)
def test_a_value_of_another_kind_counts_as_not_there(tmp_path: Path, path: str) -> None:
    gems = {"rubocop": "1.60.0", "rubocop-govuk": "5.0.0", "sidekiq-cron": "2.0.0"}
    if "standard" in path:
        gems |= {"standard": "1.40.0"}
    for number, (shape, value) in enumerate((shape, value) for shape in PLACES[path] for value in ODD):
        root = Repo(files={path: shape.replace("%s", value)}, gems=gems).write(tmp_path / str(number))
        commands = (("info",), ("install", "--pretend"))
        for arguments in commands if path.startswith("config") else (("job", "ProcessOrder", "--pretend"),):
            done = sidekiq_gen(root, *arguments)
            assert (done.status, done.err.count("Something went wrong")) == (0, 0), (shape, value, arguments, done.err)


def test_files_that_inherit_each_other_are_read_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    names = [f".rubocop_{number}.yml" for number in range(12)]
    everybody = "inherit_from:\n" + "".join(f"  - {name}\n" for name in (*names, ".rubocop.yml")) * 6
    style = "Style/StringLiterals:\n  EnforcedStyle: double_quotes\n"
    root = Repo(files=dict.fromkeys((".rubocop.yml", *names), everybody + style), gems={"rubocop": "1.60.0"}).write(
        tmp_path
    )
    seen: list[str] = []
    original = Files.read

    def counted(self: Files, path: str, *limit: int) -> str | None:
        seen.append(path)
        return original(self, path, *limit)

    monkeypatch.setattr(Files, "read", counted)
    assert sidekiq_gen(root, "info").status == 0
    assert {name: seen.count(name) for name in names} == dict.fromkeys(names, 2)  # its text, and its document


def test_of_two_places_of_one_file_the_last_counts(tmp_path: Path) -> None:
    cop = "Style/StringLiterals"
    files = {
        ".rubocop.yml": "inherit_from: [a.yml, b.yml, a.yml]\n",
        "a.yml": f"{cop}: {{EnforcedStyle: double_quotes}}\n",
        "b.yml": f"{cop}: {{EnforcedStyle: single_quotes, Max: 1}}\n",
    }
    found = read(Files(Repo(files=files).write(tmp_path)), None, ".rubocop.yml")
    assert (found.value(cop, "EnforcedStyle"), found.value(cop, "Max"), found.complete) == ("double_quotes", 1, True)
