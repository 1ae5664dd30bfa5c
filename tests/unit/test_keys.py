"""Names of locks and keys for providers: they stand for every argument, and no two lists of arguments share one."""

from __future__ import annotations

import re
import subprocess
from typing import TYPE_CHECKING

import pytest

from sidekiq_gen.job.key_text import Form, Key, key_for
from sidekiq_gen.job.spec_keys import alike
from sidekiq_gen.naming import Argument, Model, parse_argument
from support.command import sidekiq_gen
from support.repos import Repo
from support.tools import require

if TYPE_CHECKING:
    from pathlib import Path

HOW = "apt-get install ruby"
JOB = "app/jobs/charge_customer_job.rb"
SPEC = "spec/jobs/charge_customer_job_spec.rb"
BOTH = "--advisory-lock --idempotency-key"


def rendered(root: Path, arguments: str, flags: str = BOTH) -> dict[str, str]:
    kind = "" if ":record" in arguments else "--kind plain"
    words = f"ChargeCustomer {arguments} {flags} {kind} --no-input".split()
    done = sidekiq_gen(Repo().write(root), "job", *words)
    assert done.status == 0, done.err
    return {path: (root / path).read_text(encoding="utf-8") for path in (JOB, SPEC)}


@pytest.mark.parametrize(
    ("arguments", "lock", "key"),
    [
        ("order:record", '"#{self.class.name}:#{order.id}"', '"charge-customer-#{order.id}"'),
        ("number:integer", '"#{self.class.name}:#{number}"', '"charge-customer-#{number}"'),
        ("", "self.class.name", '"charge-customer-#{jid}"'),
        *(
            (
                arguments,
                f'"#{{self.class.name}}:#{{{names}.to_json}}"',
                f'"charge-customer-#{{Digest::SHA256.hexdigest({names}.to_json)}}"',
            )
            for arguments, names in (
                ("name:string", "[name]"),
                ("tags:array", "[tags]"),
                ("extras:hash", "[extras]"),
                ("from:string to:string", "[from, to]"),
                ("order:record amount:decimal", "[order.id, amount]"),
                ("amount:integer order:record tags:array", "[amount, order.id, tags]"),
                ("order:record restaurant:record", "[order.id, restaurant.id]"),
                ("due_on:date", "[due_on]"),
            )
        ),
    ],
)
def test_a_name_stands_for_every_argument(tmp_path: Path, arguments: str, lock: str, key: str) -> None:
    text = re.sub(r"\s+", " ", rendered(tmp_path, arguments)[JOB])

    assert f"with_advisory_lock({lock}) do" in text
    assert f"idempotency_key: {key}" in text


def test_a_mark_is_locked_by_its_record_whatever_the_other_arguments_are(tmp_path: Path) -> None:
    text = rendered(tmp_path, "order:record tags:array", f"{BOTH} --check-then-act charged_at")[JOB]

    assert 'with_advisory_lock("#{self.class.name}:#{order.id}") do' in text
    assert "hexdigest([order.id, tags].to_json)" in text


@pytest.mark.parametrize(
    ("arguments", "first", "second", "name"),
    [
        ("from:string to:string", '"text:1", "2"', '"text", "1:2"', 'lock_name("text:1", "2")'),
        ("name:string", '""', "nil", 'lock_name("")'),
        ("tags:array", "[1, 2]", '[1, "2"]', "lock_name([1, 2])"),
        ("order:record number:integer", "order.id, 7", 'order.id, "7"', "lock_name(order.id, 7)"),
    ],
)
def test_the_spec_has_two_lists_of_arguments_that_only_look_the_same(
    tmp_path: Path, arguments: str, first: str, second: str, name: str
) -> None:
    text = rendered(tmp_path, arguments)[SPEC]

    assert f"locked_elsewhere({name}) {{ job.perform({second}) }}" in text
    assert f"job.perform({first.replace(':', '-')})\n    job.perform({second.replace(':', '-')})" in text


def test_arguments_that_look_the_same_only_as_they_are_have_no_such_example() -> None:
    key = Key("Job", ("order", "due_on"), ":", "json")

    assert alike([parse_argument("order:record"), parse_argument("due_on:date")], key) == []
    assert alike([parse_argument("name:string")], Key("Job", ("name",), ":")) == []


LISTS = [
    ['"a-1"', '"2"'],
    ['"a"', '"1-2"'],
    ['"a"', '"1"', '"2"'],
    ['"a-1-2"'],
    ['""'],
    ["nil"],
    ["nil", "nil"],
    ["7"],
    ['"7"'],
    ["[7]"],
    ["[]"],
    ["{}"],
    ['{ "a" => 1 }'],
    ['{ "a" => "1" }'],
    ['{ "a" => nil }'],
    ["true"],
    ['"true"'],
    ["1.0"],
    ["1"],
    ["'[1,2]'"],
    ["[1, 2]"],
    ["'\"'", "'\"'"],
    ["'\",\"'"],
]


@pytest.mark.parametrize("form", ["json", "digest"])
def test_no_two_lists_of_arguments_have_the_same_name(form: Form) -> None:
    keys = [(Key("Job", tuple("abc"[: len(values)]), ":", form), values) for values in LISTS]
    lines = ['require "json"', 'require "digest"', *(f"puts {key.spelled(values)}" for key, values in keys)]

    done = subprocess.run(
        [require("ruby", HOW), "-e", "\n".join(lines)], capture_output=True, text=True, timeout=60, check=True
    )

    names = done.stdout.splitlines()
    assert len(set(names)) == len(names) == len(LISTS)
    assert all(name.startswith("Job:") for name in names)


def test_an_id_that_is_a_text_is_spelled_like_any_other_text() -> None:
    def form(key_type: str) -> Form:
        argument = Argument("account", "record", Model("Account", "number", key_type))
        return key_for("charge", [argument], "-", "digest").form

    assert {form(kind) for kind in ("", "bigint", "uuid", "integer")} == {"id"}
    assert {form(kind) for kind in ("string", "string(36)", "text")} == {"digest"}


def test_lone_ids_are_told_from_lone_values() -> None:
    def form(text: str) -> Form:
        return key_for("Job", [parse_argument(text)], ":", "json").form

    assert {text for text in ("order:record", "a:integer") if form(text) == "id"} == {"order:record", "a:integer"}
    assert {form(f"a:{kind}") for kind in "string float boolean array hash date time decimal".split()} == {"json"}
