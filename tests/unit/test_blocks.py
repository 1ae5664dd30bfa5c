"""The blocks of code in README and docs can be read: Ruby, YAML, TOML and JSON, and the command lines of the tool."""

from __future__ import annotations

import ast
import json
import re
import shlex
import sys
from typing import Any

import pytest
import yaml
from click import UsageError
from typer.main import get_command

from sidekiq_gen.check.parsing import parse
from sidekiq_gen.cli.commands import build_app
from sidekiq_gen.ruby.environment import environment
from support.blocks import PAGES, blocks, page

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

# A line that a person types, with those that it goes on in.
TYPED = re.compile(r"^(?:\$ | *(?:- )?(?:run: )?)?(sidekiq-gen(?: (?:.*\\\n)*.*)?)$", re.MULTILINE)


def ruby(text: str) -> None:
    """A whole, or the beginning of a class."""
    if all(parse(one.encode()).has_error for one in (text, f"{text}end\n")):
        raise SyntaxError(text)


def shell(text: str) -> None:
    """Every line of the tool names a command, and options that it has with values that they take."""
    for line in TYPED.findall(text):
        words = shlex.split(re.split(r" (?:[|>&]|&&) ", line.replace("\\\n", " "))[0], comments=True)
        root: Any = get_command(build_app())
        name, *rest = words[1:] or ["--version"]
        if not name.startswith("-"):
            root.commands[name].make_context(name, rest)


def a_document(text: str) -> None:
    json.loads(re.sub(r"^ *\.\.\.,?$", "", text, flags=re.MULTILINE))


READERS = {
    "console": shell,
    "diff": str,
    "jinja": environment().parse,
    "json": a_document,
    "python": ast.parse,
    "ruby": ruby,
    "sh": shell,
    "toml": tomllib.loads,
    "yaml": yaml.safe_load,
    "": shell,
}


def read(text: str) -> int:
    """How many blocks a page has, each of which has been read."""
    found = blocks(text)
    for language, block in found:
        READERS[language](block)
    return len(found)


@pytest.mark.parametrize("name", PAGES)
def test_every_block_of_a_page_can_be_read(name: str) -> None:
    assert read(page(name)) == len(re.findall(r"^ *```", page(name), re.MULTILINE)) / 2


@pytest.mark.parametrize(
    ("language", "text", "error"),
    [
        ("ruby", "class A\n  def b(\nend", SyntaxError),
        ("console", "$ sidekiq-gen check --no-such", UsageError),
        ("sh", "sidekiq-gen chek", KeyError),
        ("sh", "sidekiq-gen check \\\n  --severity bad", UsageError),
        ("toml", "[job\n", tomllib.TOMLDecodeError),
        ("json", "{", ValueError),
        ("yaml", "a: [", yaml.YAMLError),
        ("perl", "", KeyError),
    ],
)
def test_a_wrong_block_is_found(language: str, text: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        read(f"```{language}\n{text}\n```\n")
