"""Random conversations, conflicts included: the line that is printed in the end gives the same bytes without asking.

SIDEKIQ_GEN_PATHS says how many (16), SIDEKIQ_GEN_SEED where they start.
"""

from __future__ import annotations

import os
import random
import shlex
import shutil
from typing import TYPE_CHECKING

from sidekiq_gen.job.trial import problem
from support.command import sidekiq_gen, tree
from support.person import CLEAR, DOWN, ENTER, ESCAPE, SPACE, UP, talk
from support.repos import Repo

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from sidekiq_gen.cli.talk import Question, Reply

PATHS, SEED = int(os.environ.get("SIDEKIQ_GEN_PATHS", "16")), int(os.environ.get("SIDEKIQ_GEN_SEED", "1"))
LINE = "Equivalent command:\n  "
ENUM = "class Order < ApplicationRecord\n  enum :state, { pending: 'pending', failed: 'failed', paid: 'paid' }\nend\n"
REPOS = (
    Repo(unique_jobs="8.0.10", gems={"sidekiq-throttled": "1.5.2", "sidekiq-pro": "7.3.6"}),
    Repo(sidekiq="8.1.7", unique_jobs="8.1.0", files={"app/models/order.rb": ENUM}),
    Repo(sidekiq="6.5.12", rails="6.1.7.10", adapter="mysql2", rspec=False, records="fixture", unique_jobs="7.1.29"),
    Repo(sidekiq="7.0.9", adapter="sqlite3", gems={"sidekiq-ent": "7.0.9"}),
    Repo(sidekiq="6.0.7", rails="6.0.6", unique_jobs="7.0.12"),
    Repo(
        files={".sidekiq-gen.toml": '[job]\nqueue = "low"\nrow-lock = true\nretry = 4\n', "app/models/order.rb": ENUM}
    ),
)
NAMES = ("ChargeOrder", "SettleOrders", "billing/notify_restaurant", "Reindex", "ProcessOrder")
# What a text may be, by the key of its question; what cannot be had is typed all the same now and then.
TEXTS = {
    "name": (*NAMES, "1st"),
    "model+": ("Order", "Admin::Page", "a b"),
    "queue+": ("low", "a;b"),
    "arguments": ("", "amount:decimal", "since:date kind:string", "at:text", "page:record"),
    "retry": ("0", "7", "false", "default", "2h", "many"),
    "backtrace": ("5", "true", "no"),
    "tags": ("a, b", "!"),
    "child": ("SettleOne", "DoOne"),
    "check_then_act": ("charged_at", "processed", "settled_on", "state=new:done", "total_cents"),
    "mark_failed": ("settled_on", "failed_at", "state=failed"),
    "discard_on": ("KeyError", "IOError, KeyError", "oops"),
    "retry_after": ("SearchIndex::Busy", "Net::ReadTimeout", "KeyError=30"),
    "unique_ttl": ("2h", "90", "soon"),
    "throttle": ("10/60", "5/1h", "x"),
    "calls+": ("PaymentGateway.charge", "Nope.nope"),
}
MOST = 70  # questions; from then on Enter alone


class Wanderer:
    """Somebody who answers at random, goes back, changes answers, and mistypes."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)  # noqa: S311 - not for secrets
        self.asked = 0

    def keys(self, question: Question, offered: Reply) -> str:
        self.asked += 1
        if self.asked > MOST:
            return ENTER
        if self.random.random() < 0.06 and question.key != "write":
            return ESCAPE if self.asked > 1 else self.answer(question, offered)
        return self.answer(question, offered)

    def answer(self, question: Question, offered: Reply) -> str:
        if question.form == "yes":
            folded = any(line.value for line in question.lines())
            return self.random.choice([ENTER, ENTER, "y", "n", "d" if folded else "y"])
        if question.form == "text":
            return self.text(question, str(offered))
        lines = [line.value for line in question.lines() if line.value and not line.why_not]
        if question.key == "more":  # a migration has the time in its name
            return DOWN * self.random.randrange(lines.index("--migration")) + ENTER
        if question.form == "one":
            start = lines.index(offered) if offered in lines else 0
            target = self.random.randrange(len(lines))
            return (DOWN if target >= start else UP) * abs(target - start) + ENTER
        return self.several(question, lines, [*offered])

    def several(self, question: Question, lines: list[str], ticked: list[str]) -> str:
        """Tick and untick lines of a list, such that they can be had together."""
        while True:
            toggled = {line for line in lines if self.random.random() < 0.3}
            chosen = [line for line in lines if (line in toggled) != (line in ticked)]
            if not problem(question.parse, chosen):
                return "".join((SPACE if line in toggled else "") + DOWN for line in lines) + ENTER

    def text(self, question: Question, offered: str) -> str:
        pool = [*TEXTS.get(question.key, ("7", "wait", "attempts", "2m")), offered]
        self.random.shuffle(pool)
        wrong = [text for text in pool if text and problem(question.parse, text)]
        right = [text for text in pool if not problem(question.parse, text)]
        mistyped = f"{wrong[0]}{ENTER}{CLEAR}" if wrong and self.random.random() < 0.3 else ""
        return f"{mistyped}{right[0]}{ENTER}" if right else mistyped + ESCAPE

    def menu(self) -> str:
        return "".join(f"{self.random.choice('yndha')}\n" for _ in range(30)) + "a\n"


def test_a_random_conversation_is_repeated_by_its_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ended = conflicts = 0
    for seed in range(SEED, SEED + PATHS):
        wanderer = Wanderer(seed)
        root, pristine = tmp_path / f"{seed}", tmp_path / f"{seed}-pristine"
        wanderer.random.choice(REPOS).write(root)
        name = wanderer.random.choice((*NAMES, ""))
        if name and wanderer.random.random() < 0.6:
            sidekiq_gen(root, "job", name, "--model", "Order", "--no-input")
        shutil.copytree(root, pristine)

        talked = talk(root, ["job", name] if name else ["job"], wanderer.keys, monkeypatch, wanderer.menu())

        assert talked.status == 0, (seed, talked.shown[-2000:])
        line = talked.shown.rpartition(LINE)[2].splitlines()[0].strip()
        program, *arguments = shlex.split(line)
        again = sidekiq_gen(pristine, *arguments)
        assert (program, again.status) == ("sidekiq-gen", 0), (seed, line, again.err)
        assert tree(pristine) == tree(root), (seed, line)
        ended += 1
        conflicts += "conflict  " in talked.shown
    assert ended == PATHS
    assert conflicts > PATHS // 10
