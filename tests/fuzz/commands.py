"""The whole command, in this process, with a command line and files that change: the properties of a run."""

from __future__ import annotations

import hashlib
import json
import os
import re
from functools import cache
from pathlib import Path
from unittest import mock

from fuzz.files import Place
from fuzz.seeds import seed, seeds, together, words
from fuzz.target import Target, require
from fuzz.texts import CONTROLS
from sidekiq_gen.job.resolve import all_flags
from support.command import Finished, sidekiq_gen, tree
from support.repos import SCHEMA, Repo

FILES = (
    ".rubocop.yml",
    "app/jobs/sync_job.rb",
    "app/models/order.rb",
    "db/schema.rb",
    "spec/factories.rb",
    "config/initializers/sidekiq.rb",
    "config/initializers/inflections.rb",
    "config/sidekiq.yml",
    "config/database.yml",
    "config/application.rb",
    ".sidekiq-gen.toml",
    "jobs.toml",
)
# What would read, write or start something elsewhere than in the repo of the target.
ELSEWHERE = re.compile(r"root|lockfile|lint|completion")
DECIDED = (0, 1, 2, 3)
# Where rendered Ruby is kept, each text once, for a Ruby to look at; nowhere when it is not set.
KEPT = os.environ.get("FUZZ_RUBY")
LINES = (
    "job ProcessOrder --model Order",
    "job billing/charge amount:decimal --model Order --check-then-act state=pending:paid --advisory-lock",
    "job SettleOrder order:record --discard-on PaymentGateway::CardDeclined --retry-after KeyError=30 --log-context",
    "job TouchOrders --kind fan-out --model Order --queue low --on-exhausted --mark-failed state=paid",
    "job SweepOrders --kind backfill --model Order --unique until_executed --unique-ttl 1h",
    "job ClaimOrders --kind claim --model Order --check-then-act charged_at --calls PaymentGateway.charge",
    "job EbaySync --base active-job --model Order --on-missing retry --test minitest",
    "job --from jobs.toml --force",
    "install",
    "install --force --json",
    "info --json",
    "info",
    "patterns --json",
)


@cache
def _place() -> Place:
    gems = {"rubocop": "1.60.0", "rubocop-rails": "2.24.0", "sentry-ruby": "5.22.1", "pg": "1.5.9"}
    return Place(Repo(unique_jobs="8.0.10", gems=gems))


def _command(data: bytes) -> None:
    line, _, files = data.partition(b"\n")
    arguments = [one for one in line.decode("utf-8", "surrogateescape").split(" ") if not ELSEWHERE.search(one)]
    place = _place()
    place.put(files, FILES)
    before = tree(place.root)
    try:
        _run(place.root, arguments, before)
    finally:
        for path in tree(place.root):
            if path not in before:
                (place.root / path).unlink()
        for path, text in before.items():
            (place.root / path).write_bytes(text)


def _run(root: Path, arguments: list[str], before: dict[str, bytes]) -> None:
    done = _told(root, arguments)
    after = tree(root)
    if done.status or {"-p", "-n", "--pretend", "--dry-run"} & {*arguments}:
        require(after == before, "it wrote something")
        return
    again = _told(root, [one for one in arguments if one != "--json"] + ["--json"])
    require(tree(root) == after, "another text the second time")
    if "files" in json.loads(again.out or "{}"):
        statuses = {file["status"] for file in json.loads(again.out)["files"]}
        require(statuses <= {"identical", "skip"}, f"a second run says {statuses}")
    for path, text in after.items():
        if path not in before and path.endswith(".rb"):
            _keep(text)


def _told(root: Path, arguments: list[str]) -> Finished:
    """A run, and what holds for whatever it says."""
    with mock.patch.dict(os.environ, SIDEKIQ_GEN_DEBUG="1"):
        done = sidekiq_gen(root, *arguments)
    require(done.status in DECIDED, f"exit status {done.status}")
    for text in (done.out, done.err):
        steering = CONTROLS.search(text.replace("\n", "").replace("\t", ""))
        require(not steering, f"{steering and steering[0]!a} is printed")
    if "--json" in arguments and done.out:
        require("schema" in json.loads(done.out), "no document")
    if done.status:
        require("hint  " in done.err, "no hint")
    return done


def _keep(text: bytes) -> None:
    if KEPT:
        path = Path(KEPT) / f"{hashlib.sha256(text).hexdigest()[:24]}.rb"
        if not path.exists():
            path.write_bytes(text)


def _inputs() -> tuple[bytes, ...]:
    files = (
        b"Style/StringLiterals:\n  EnforcedStyle: single_quotes\n",
        seed("ruby/charge_order_job.rb"),
        seed("ruby/order.rb"),
        SCHEMA,
        seed("factories/orders.rb"),
        seed("initializers/sides.rb"),
        seed("inflections/rules.rb"),
        seed("sidekiq/plain.yml"),
        seed("yaml/database.yml"),
        seed("autoload/application.rb"),
        seed("settings/all.toml"),
        seed("lists/three.toml"),
    )
    full = together(*files)
    few = together("", seed("ruby/sync_job.rb"), seed("ruby/order.rb"), seeds("schemas")[1])
    return tuple(line.encode() + b"\n" + more for line in LINES for more in (full, few, b""))


_FLAGS = tuple(f" {flag.option} " for flag in all_flags())
_CHOICES = tuple(f" {choice} " for flag in all_flags() for choice in flag.choices)
COMMANDS = (
    Target(
        "command",
        f"a command line, and {len(FILES)} files",
        _inputs(),
        (*_FLAGS, *_CHOICES, *words("ruby", "yaml", "names", "schema", "factories", "inflections", "linter")),
        _command,
        longest=8192,
        cost=4,
    ),
)
