"""Random command lines: never a traceback, never a strange exit, never a byte outside the root, and always Ruby."""

from __future__ import annotations

import json
import os
import random
import re
import shlex
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, get_args

import pytest

from sidekiq_gen.naming import KEYWORDS, ArgumentType
from sidekiq_gen.sidekiq.unique_locks import LOCKS, STRATEGIES
from support.command import sidekiq_gen, tree
from support.repos import Repo
from support.tools import require

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SEED = int(os.environ.get("FUZZ_SEED", "20260101"))
RUNS = int(os.environ.get("FUZZ_RUNS", "400"))
# What `ruby -wc` does, for many files in one process.
COMPILE = """
ARGF.each_line(chomp: true) do |path|
  RubyVM::InstructionSequence.compile_file(path)
rescue SyntaxError => e
  warn e.message
end
puts $.
"""
WIDTH = 120
LONG = 60
UNBREAKABLE = re.compile(r"\"[^\"]*\"|'[^']*'|[\w:]+")

JOB = (
    "class {0}\n  include Sidekiq::{1}\n  sidekiq_options queue: {2}, retry: {3}\n  def perform = puts({4}x{4})\nend\n"
)
REPOS = [
    Repo(),
    Repo(sidekiq="6.0.7", rails="5.2.8"),
    Repo(sidekiq="6.5.1", rails="6.1.7", rspec=False, records="fixture"),
    Repo(sidekiq="6.5.12", rails="6.1.7", unique_jobs="7.1.33", adapter="mysql2"),
    Repo(unique_jobs="8.0.10", records="double", quotes="single", comment=False),
    Repo(sidekiq="8.0.6", unique_jobs="8.0.13", rspec=False, records="double"),
    Repo(sidekiq="8.1.7", unique_jobs="8.1.0", rspec=False, gems={"rubocop": "1.60.0"}, quotes="single"),
    Repo(adapter="sqlite3", gems={"rubocop-rails": "2.24.0"}),
    Repo(
        files={
            "app/workers/a_worker.rb": JOB.format("AWorker", "Worker", ":low", 3, "'"),
            "app/workers/b_worker.rb": JOB.format("BWorker", "Worker", ":low", 3, "'"),
            "app/workers/c_worker.rb": JOB.format("CWorker", "Worker", ":low", 3, "'"),
            "app/models/billing.rb": "class Billing < ApplicationRecord\nend\n",
            "config/initializers/inflections.rb": 'inflect.acronym "API"\n',
        }
    ),
    Repo(files={"app/sidekiq/mail.rb": JOB.format("Mail", "Job", '"mail"', 7, '"')}),
]
WORDS = (
    "process charge sync API order restaurant billing invoice v2 check a line item HTML perform send test bury x1 "
    "cards with_advisory_lock"
).split()
ODD = "job worker 2fa in class end self data string logger Queue e jid it".split()  # rarely a good idea
NASTY = (
    "",
    " ",
    "..",
    "/",
    "::",
    "\n",
    "\0",
    '"',
    "'",
    "#{x}",
    "\\",
    "%",
    "\xe9",
    "\u2028",
    "\udcff",
    "\U0001f600",
    "-",
    "\x1b[31m",
)
COLUMNS = (
    "charged_at",
    "processed",
    "settled_on",
    "state",
    "indexed_at",
    "sent",
    "id",
    "done_on",
    *sorted(KEYWORDS)[:3],
)
ERRORS = (
    "ActiveRecord::RecordInvalid",
    "PaymentGateway::CardDeclined",
    "KeyError",
    "A",
    "StandardError",
    "Timeout::Error",
)
FOLDERS = (
    "app/jobs",
    "app/workers",
    "packs/shop/app/jobs",
    "lib/x",
    "app",
    ".",
    "..",
    "../out",
    "/absolute",
    "app/models/order.rb",
    "app/out",
)

OWNED = {
    "--advisory-lock": ("--lock-scope", "--on-locked"),
    "--discard-on": ("--discard-to",),
    "--unique": ("--unique-ttl", "--on-conflict"),
}


@dataclass(frozen=True)
class Fuzzer:
    """Command lines from a seed. Most of each is sensible, so that most runs write something."""

    random: random.Random

    def word(self) -> str:
        if self.rarely(150):
            return self.random.choice(NASTY) + self.random.choice(WORDS)
        return self.random.choice(ODD if self.rarely(25) else WORDS)

    def rarely(self, one_in: int) -> bool:
        return self.random.randrange(one_in) == 0

    def name(self) -> str:
        if self.rarely(40):
            return "".join(self.random.choice((*NASTY, *WORDS)) for _ in range(self.random.randrange(40)))
        segments = []
        for _ in range(self.random.choice((1, 1, 1, 2, 3, 12 if self.rarely(4) else 1))):
            words = [self.word() for _ in range(self.random.choice((1, 2, 2, 3, 5)))]
            camel = self.random.random() < 0.5
            segments.append("".join(word[:1].upper() + word[1:] for word in words) if camel else "_".join(words))
        return self.random.choice(("::", "/")).join(segments)

    def argument(self) -> str:
        name = "_".join(self.word() for _ in range(self.random.choice((1, 1, 2)))).lower()
        if self.rarely(16):
            name = self.random.choice(
                ("idempotency_key", "_1", "_", "e", "name", "key", "id", "order_id", "calls", "query")
            )
        kind = self.random.choice((*get_args(ArgumentType), "record", "", "text" if self.rarely(20) else "hash"))
        return f"{name}:{kind}" if kind else name

    def flags(self) -> Iterator[str]:
        pick = self.random.choice
        chances: dict[str, Callable[[], str]] = {
            "--model": lambda: pick(("Order", "restaurant", "Billing::Invoice", "billing", self.word())),
            "--kind": lambda: pick(("record", "plain", "claim" if self.rarely(9) else "plain")),
            "--queue": lambda: pick(("low", "low-priority", "a.b", ":x", self.word())),
            "--retry": lambda: pick(("0", "3", "25", "false", self.word() if self.rarely(5) else "9999")),
            "--dir": lambda: pick(FOLDERS),
            "--test": lambda: pick(("rspec", "minitest", "none")),
            "--check-then-act": lambda: pick(COLUMNS),
            "--discard-on": lambda: pick(ERRORS),
            "--discard-to": lambda: pick(("dead", "nowhere")),
            "--lock-scope": lambda: pick(("transaction", "session")),
            "--on-locked": lambda: pick(("skip", "retry")),
            "--unique": lambda: pick((*LOCKS, *(alias for lock in LOCKS.values() for alias in lock.aliases))),
            "--unique-ttl": lambda: pick(("1", "60", "3600", "86400", "1209600", "0", "-1", "12345678901234567890")),
            "--on-conflict": lambda: pick(STRATEGIES),
            "--sidekiq-version": lambda: pick(("6.0", "6.5.1", "7.1.3", "8.1.1", "5.2", "9.0", "x", "8")),
            "--database": lambda: pick(("postgresql", "mysql", "sqlite")),
        }
        often = {"--check-then-act": 6, "--discard-on": 4, "--unique": 5, "--model": 4, "--sidekiq-version": 20}
        given = {flag for flag in chances if self.rarely(often.get(flag, 16))}
        given |= {switch for switch in ("--advisory-lock", "--idempotency-key", "--row-lock") if self.rarely(6)}
        for owner, flags in OWNED.items():
            given |= {flag for flag in flags if owner in given and self.rarely(3)}
            given -= {flag for flag in flags if owner not in given and not self.rarely(20)}
        if "--discard-on" in given and self.rarely(2):
            yield from ("--discard-on", pick(ERRORS))
        for flag in sorted(given):
            yield flag
            if flag in chances:
                yield chances[flag]()
        for switch in ("--force", "--skip", "--quiet", "--pretend", "--json", "--nope"):
            if self.rarely(40):
                yield switch

    def command(self) -> list[str]:
        arguments = [self.argument() for _ in range(self.random.choice((0, 0, 1, 1, 2, 3, 9 if self.rarely(5) else 1)))]
        return ["job", self.name(), *arguments, *self.flags()]


def without_surrogates(words: list[str]) -> list[str]:
    return [ascii(word) for word in words]


def test_random_command_lines(tmp_path: Path) -> None:
    fuzzer = Fuzzer(random.Random(SEED))  # noqa: S311 - no secret
    statuses = dict.fromkeys((0, 1, 2, 3), 0)
    written: list[str] = []
    for number in range(RUNS):
        place = tmp_path / str(number)
        root = fuzzer.random.choice(REPOS).write(place / "repo")
        (root / "app/out").symlink_to(tmp_path)
        before = tree(place)
        words = fuzzer.command()
        shown = f"FUZZ_SEED={SEED} run {number}: {without_surrogates(words)}"

        done = sidekiq_gen(root, *words)

        assert done.status in statuses, shown
        statuses[done.status] += 1
        assert "Traceback" not in done.err, shown
        assert "Something went wrong" not in done.err, f"{shown}\n{done.err}"
        assert "\x1b" not in done.out + done.err, shown
        after = tree(place)
        new = [path for path in after if path not in before]
        assert all(path.startswith("repo/") for path in new), shown
        assert {path: after.get(path) for path in before} == before, shown
        if "--json" in words:
            assert next(iter(json.loads(done.out))) == "schema", shown
        if done.status:
            assert new == [], shown
            assert done.err.startswith(("error  ", "notice  ")), shown
            assert "\n hint  " in done.err, shown
            continue
        assert bool(new) == ("--pretend" not in words), shown
        assert sidekiq_gen(root, *words, "--no-input").status == 0, shown
        assert tree(place) == after, f"{shown}: another text the second time"
        written += [str(place / path) for path in new]
    # Neither side of the border is left out.
    assert min(statuses[0], statuses[1], statuses[2]) > RUNS // 20, statuses
    listing = tmp_path / "written.txt"
    listing.write_text("".join(f"{path}\n" for path in written))
    _require_ruby_to_accept(listing, len(written))
    _require_lines_to_fit(written)


def _require_ruby_to_accept(listing: Path, count: int) -> None:
    ruby = require("ruby", "apt-get install ruby")
    checked = subprocess.run(
        [ruby, "-w", "-e", COMPILE, str(listing)], capture_output=True, text=True, timeout=120, check=False
    )

    assert checked.stderr == ""
    assert (checked.returncode, checked.stdout) == (0, f"{count}\n")


def _require_lines_to_fit(paths: list[str]) -> None:
    """No line is longer than RuboCop allows, but for what has no place to break, such as a long description."""
    long = [
        f"{path}: {line.strip()}"
        for path in paths
        for line in Path(path).read_text(encoding="utf-8").split("\n")
        if len(line) > WIDTH and max(map(len, UNBREAKABLE.findall(line))) < LONG
    ]
    assert long == []


@pytest.mark.parametrize("seed", range(3))
def test_the_command_line_that_is_told_gives_the_same(tmp_path: Path, seed: int) -> None:
    fuzzer = Fuzzer(random.Random(SEED + seed))  # noqa: S311 - no secret
    compared = 0
    for number in range(RUNS // 10):
        repo = fuzzer.random.choice(REPOS)
        first, second = (repo.write(tmp_path / f"{number}-{side}") for side in ("a", "b"))
        words = [word for word in fuzzer.command() if word not in {"--json", "--pretend", "--force", "--skip"}]
        done = sidekiq_gen(first, *words, "--json")
        if done.status:
            continue
        told = shlex.split(json.loads(done.out)["command_line"])
        compared += 1

        again = sidekiq_gen(second, *told[1:])

        shown = f"FUZZ_SEED={SEED + seed} run {number}: {without_surrogates(words)} told {told}"
        assert again.status == 0, f"{shown}\n{again.err}"
        assert tree(second) == tree(first), shown
    assert compared > RUNS // 50
