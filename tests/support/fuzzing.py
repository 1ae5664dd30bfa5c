"""Random command lines and repos, drawn from the catalogue, so that a new flag, kind or pattern is drawn as well.

Only the values of flags that take text, a number or a list stand in one table; a flag without an entry is an error.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

from fuzz.chance import mutant
from fuzz.seeds import seeds, words
from sidekiq_gen.job.interactions import clash
from sidekiq_gen.job.kinds.catalogue import KINDS
from sidekiq_gen.job.patterns.catalogue import PATTERNS
from sidekiq_gen.job.resolve import JOB_FLAGS, all_flags
from sidekiq_gen.naming import ArgumentType
from sidekiq_gen.reserved import KEYWORDS
from support.repos import Repo

if TYPE_CHECKING:
    import random
    from collections.abc import Iterator, Mapping

    from sidekiq_gen.flags import Flag
    from sidekiq_gen.job.patterns.base import Pattern

WORDS = (
    "process charge sync API order restaurant billing invoice v2 check a line item HTML perform send test bury x1 "
    "cards with_advisory_lock"
).split()
ODD = "job worker 2fa in class end self data string logger Queue e jid it".split()  # rarely a good idea
NASTY = (*"\0 \n \" ' / :: .. #{x} \\ % \xe9 \u2028 \udcff \U0001f600 - \x1b[31m".split(" "), "", " ")
NAMES = "idempotency_key _1 _ e name key id order_id calls query".split()  # of arguments
ERRORS = ("PaymentGateway::CardDeclined", "ActiveRecord::RecordInvalid", "KeyError", "A", "Timeout::Error")


@dataclass(frozen=True)
class Values:
    """What a flag is given: what makes sense somewhere, and what seldom or never does."""

    likely: tuple[str, ...]
    odd: tuple[str, ...]


PACK = Path(__file__).parents[1] / "fixtures/pack"

VALUES: Mapping[str, Values] = {
    "--model": Values(("Order", "restaurant", "Billing::Invoice", "Order"), ("billing", "a b", "\n", "2fa", "Class")),
    "--queue": Values(("low", "low-priority", "a.b"), (":x", "", " ", "#{x}")),
    "--retry": Values(("0", "3", "25", "false"), ("9999", "-1", "soon", "")),
    "--retry-for": Values(("2", "3600", "2d", "30m"), ("0", "-1", "x", "1w", "12345678901234567890")),
    "--backtrace": Values(("1", "20", "true"), ("0", "-1", "all", "", "99999")),
    "--tags": Values(("billing", "nightly", "team:payments", "a-b", "x.y"), ("", "a b", '"', "#{x}", "\n", "x" * 90)),
    "--calls": Values(
        ("PaymentGateway.charge", "SettleOrder#call", "ImportOrders.call", "Order#settle!", "Rails::Engine.call"),
        ("PaymentGateway", "Order.", "Nothing.here", "order.charge", "PaymentGateway.chrage", "A#b", "", "\n"),
    ),
    "--save-result": Values(
        ("charge_id", "charge_id=id", 'charge_id=["id"]', "customer_token=[:token]", "state"),
        ("charged_at", "charge_idd", "id", "a b", "charge_id=", "charge_id=1", 'charge_id=["#{x}"]', ""),
    ),
    "--dir": Values(
        ("app/jobs", "app/workers", "packs/shop/app/jobs", "lib/x"),
        ("app", ".", "..", "../out", "/absolute", "app/models/order.rb", "app/out"),
    ),
    "--templates": Values((str(PACK),), ("nowhere", "./nowhere", "./app", "..", "a b", "", "\n")),
    "--max-rows": Values(("1", "500", "20000"), ("0", "-1", "many")),
    "--attempts": Values(("attempts", "retry_count", "none"), ("state", "charged_at", "id", "a b", "")),
    "--next-attempt": Values(("next_attempt_at", "retry_at"), ("total_cents", "state", "a b", "")),
    "--batch-size": Values(("1", "500", "20000"), ("0", "-1", "")),
    "--child": Values(("SettleOrder", "billing/settle", "TouchOneJob"), ("", "job", "ChargeCustomer", "2fa")),
    "--check-then-act": Values(
        ("charged_at", "processed", "settled_on", "indexed_at", "done_on", "state=pending:paid", "total_cents=0:1"),
        (
            "state",
            "state=a",
            "state=a:a",
            "state=:",
            "charged_at=a:b",
            "total_cents=a:b",
            "sent",
            "id",
            "a b",
            *sorted(KEYWORDS)[:3],
        ),
    ),
    "--discard-on": Values(ERRORS, ("StandardError", "Exception", "lower", "")),
    "--retry-after": Values(
        (
            "PaymentGateway::RateLimited",
            "SearchIndex::Busy",
            "KeyError=30",
            "A=error.wait",
            "Timeout::Error=wait.to_i",
            "IOError=2m",
        ),
        ("StandardError", "x", "KeyError", "KeyError=", "KeyError=2h", "A=)", 'A=response["x"]', "SearchIndex::Gone"),
    ),
    "--retry-after-limit": Values(("1", "3", "100"), ("0", "-1", "x")),
    "--mark-failed": Values(("failed_at", "failed", "failed_on"), ("state", "status", "id", "a b")),
    "--throttle": Values(
        ("10/60", "1/1", "1000/1h", "5/1m"), ("0/1", "5/", "5/32d", "1/0", "10", "x/y", "1/86401", "-1/60")
    ),
    "--without": Values(("migration", "retry-for", "batch"), ("model", "loging", "--batch", "")),
    "--unique-ttl": Values(("1", "60", "1h", "1d", "1209600"), ("0", "-1", "h", "12345678901234567890")),
}

# Releases on both sides of every gate of Sidekiq, and what goes with each line.
RELEASES = (
    "6.0.7 6.1.3 6.2.1 6.2.2 6.3.0 6.3.1 6.4.0 6.4.1 6.4.2 6.5.0 6.5.1 6.5.2 6.5.12 "
    "7.0.0 7.0.1 7.0.3 7.0.7 7.0.8 7.0.9 7.1.0 7.1.2 7.1.3 7.1.4 7.1.5 7.1.6 7.2.0 7.2.4 7.3.0 7.3.2 7.3.9 "
    "8.0.0 8.0.6 8.0.7 8.0.10 8.1.0 8.1.1 8.1.7"
).split()
RAILS = {"6": ("5.2.8", "6.0.6", "6.1.7"), "7": ("6.1.7", "7.1.5", "7.2.2"), "8": ("7.1.5", "7.2.2", "8.0.1")}
UNIQUE_JOBS = {"6": ("7.1.29", "7.1.33"), "7": ("8.0.2", "8.0.10"), "8": ("8.0.13", "8.1.0")}
GEMS = {
    "6": (
        {"sidekiq-throttled": "1.0.1"},
        {"sidekiq-ent": "2.5.3"},
        {"sidekiq-pro": "5.5.8"},
        {"honeybadger": "5.15.6"},
    ),
    "7": (
        {"sidekiq-throttled": "1.5.2"},
        {"sidekiq-ent": "7.3.1"},
        {"sidekiq-pro": "7.3.6"},
        {"sentry-ruby": "5.22.1"},
    ),
    "8": ({"sidekiq-throttled": "2.1.0"}, {"sidekiq-ent": "8.0.1"}, {"sidekiq-pro": "8.0.2"}, {"rollbar": "3.6.0"}),
}
ROWS = frozenset(kind.name for kind in KINDS if kind.about == "rows")  # fewer patterns go with these

JOB = "class {0}\n  include Sidekiq::{1}\n  sidekiq_options queue: {2}, retry: 3\n  def perform = puts({3}x{3})\nend\n"
FILES: tuple[dict[str, str], ...] = (
    {
        "app/workers/a_worker.rb": JOB.format("AWorker", "Worker", ":low", "'"),
        "app/workers/b_worker.rb": JOB.format("BWorker", "Worker", ":low", "'"),
        "app/workers/c_worker.rb": JOB.format("CWorker", "Worker", ":low", "'"),
        "app/models/billing.rb": "class Billing < ApplicationRecord\nend\n",
        "config/initializers/inflections.rb": 'inflect.acronym "API"\n',
    },
    {"app/sidekiq/mail.rb": JOB.format("Mail", "Job", '"mail"', '"')},
)

# Files that are read, each with the folder of seeds and the words that a hostile one is made of.
HOSTILE = {
    ".rubocop.yml": ("yaml", "linter"),
    "config/database.yml": ("yaml", "databases"),
    "config/sidekiq.yml": ("sidekiq", "yaml"),
    "config/application.rb": ("autoload", "autoload"),
    "config/initializers/inflections.rb": ("inflections", "inflections"),
    "config/initializers/job_client.rb": ("initializers", "ruby"),
    "app/jobs/some_job.rb": ("ruby", "ruby"),
    "app/models/order.rb": ("ruby", "ruby"),
    "app/services/settle_order.rb": ("ruby", "ruby"),
    "db/schema.rb": ("schemas", "schema"),
    "spec/factories.rb": ("factories", "factories"),
    "test/fixtures/orders.yml": ("fixtures", "yaml"),
}
SETTINGS = (
    '[house]\nquotes = "single"\nsuffix = "Worker"\n',
    '[job]\nqueue = "low"\nretry = 3\n[layout]\nwidth = 80\n',
    '[house]\nfrozen-string-literal = true\n[spec]\nnegation = "to_not"\n',
    '[house]\ndirectory = "../out"\n',
)


def values_of(flag: Flag) -> Values:
    """What a flag that takes a value is given.

    Raises:
        LookupError: it takes text, a number or a list, and the table has no entry for it.
    """
    if flag.type == "choice":
        return Values((*flag.choices, *flag.also), ("nonsense", ""))
    if flag.option not in VALUES:
        raise LookupError(f"{flag.option} has no entry in VALUES of tests/support/fuzzing.py")
    return VALUES[flag.option]


def fits(pattern: Pattern[Any], kind: str) -> bool:
    """Whether a pattern can be laid over a kind: "" is guessed to be one of two, a fan-out has it in its child."""
    return any(name in pattern.kinds for name in {"": ("record", "plain"), "fan-out": ("record",)}.get(kind, (kind,)))


@dataclass
class Fuzzer:
    """Command lines and repos from a source of chance. Most command lines are sensible, so that most write something.

    wild: whether this command line may hold what makes no sense.
    """

    random: random.Random
    wild: bool = field(default=False)

    def rarely(self, one_in: int) -> bool:
        """True once in so many times."""
        return self.random.randrange(one_in) == 0

    def repo(self) -> Repo:
        """A small repo: any release, database, framework, source of records, style, and now and then more gems."""
        pick = self.random.choice
        sidekiq = pick(RELEASES)
        line, rspec = sidekiq[0], self.rarely(2)
        gems = {name: version for found in GEMS[line] if self.rarely(2) for name, version in found.items()}
        return Repo(
            sidekiq=sidekiq,
            rails=pick(RAILS[line]),
            adapter=pick(("pg", "pg", "mysql2", "mysql2", "sqlite3")),
            unique_jobs=None if self.rarely(3) else pick(UNIQUE_JOBS[line]),
            rspec=rspec,
            records=pick(("factory", "double") if rspec else ("factory", "fixture", "double")),
            quotes=pick((None, "double", "single")),
            comment=pick((None, True, False)),
            gems={**gems, **({"rubocop-rails": "2.24.0"} if self.rarely(4) else {})},
            files=pick(FILES) if self.rarely(4) else {},
        )

    def hostile(self) -> dict[str, str]:
        """A few files that are not as anybody would write them, and now and then one with settings; mostly none."""
        paths = self.random.sample(sorted(HOSTILE), self.random.choice((0, 0, 0, 0, 1, 2, 3)))
        files = {}
        for path in paths:
            good, parts = HOSTILE[path]
            files[path] = mutant(self.random, seeds(good), words(parts), 10_000).decode("utf-8", "replace")
        return files | ({".sidekiq-gen.toml": self.random.choice(SETTINGS)} if self.rarely(8) else {})

    def word(self) -> str:
        """A word of a name; in a wild command line sometimes none."""
        if self.wild and self.rarely(60):
            return self.random.choice(NASTY) + self.random.choice(WORDS)
        return self.random.choice(ODD if self.wild and self.rarely(20) else WORDS)

    def name(self) -> str:
        """A NAME in one of its forms."""
        if self.wild and self.rarely(20):
            return "".join(self.random.choice((*NASTY, *WORDS)) for _ in range(self.random.randrange(40)))
        segments = []
        for _ in range(self.random.choice((1, 1, 1, 2, 3, 12 if self.wild and self.rarely(3) else 1))):
            words = [self.word() for _ in range(self.random.choice((1, 2, 2, 3, 5)))]
            camel = self.rarely(2)
            segments.append("".join(word[:1].upper() + word[1:] for word in words) if camel else "_".join(words))
        return self.random.choice(("::", "/")).join(segments)

    def kind(self) -> str:
        """Any kind, all of the same weight; "" leaves it to be guessed."""
        return self.random.choice(("", *(kind.name for kind in KINDS)))

    def argument(self, *, records: bool) -> str:
        """One ARG:TYPE, which may be a record only where a kind takes one."""
        name = "_".join(self.word() for _ in range(self.random.choice((1, 1, 2)))).lower()
        if self.rarely(4 if self.wild else 16):
            name = self.random.choice(NAMES)
        strange = self.wild and self.rarely(8)
        kinds = [kind for kind in get_args(ArgumentType) if kind != "record" or records or strange]
        kind = self.random.choice((*kinds, "record" if records else "hash", "text" if strange else ""))
        return f"{name}:{kind}" if kind else name

    def flags(self, kind: str) -> Iterator[str]:
        """The flags for a kind, with their values, each told as often as it may be."""
        about = next((known.about for known in KINDS if known.name == kind), "")
        # Times in ten.
        often = {"--kind": 0, "--model": {"": 2, "nothing": 1 if self.wild else 0}.get(about, 8 if self.wild else 10)}
        given = [flag for flag in JOB_FLAGS if self.random.random() * 10 < often.get(flag.option, 0.6)]
        given += [flag for known in KINDS if known.name == kind for flag in known.flags if self.rarely(3)]
        for pattern in self.patterns(kind):
            given += [flag for flag in pattern.flags[1:] if self.rarely(3)]
            given.insert(0, pattern.flags[0])
        if self.wild:
            given += [
                flag for flag in all_flags() if self.rarely(100) and flag not in given and flag.option != "--kind"
            ]
        for flag in given:
            for _ in range(1 + (flag.type == "list" and self.rarely(2))):
                yield from self.given(flag)
        if kind:
            yield from ("--kind", kind)

    def given(self, flag: Flag) -> list[str]:
        """A flag with a value."""
        if flag.type == "switch":
            return [flag.option]
        values = values_of(flag)
        return [flag.option, self.random.choice(values.odd if self.wild and self.rarely(8) else values.likely)]

    def patterns(self, kind: str) -> list[Pattern[Any]]:
        """Up to four patterns that can be laid over a kind, together; in a wild command line any."""
        known = [pattern for pattern in PATTERNS if fits(pattern, kind) or (self.wild and self.rarely(10))]
        self.random.shuffle(known)
        chosen: list[Pattern[Any]] = []
        for pattern in known[: self.random.choice((0, 0, 1, 1, 2) if kind in ROWS else (0, 1, 1, 2, 2, 3, 4))]:
            if self.wild or not clash([pattern.name, *(one.name for one in chosen)]):
                chosen.append(pattern)
        return chosen

    def command(self) -> list[str]:
        """A whole command line."""
        self.wild = self.rarely(3)
        kind = self.kind()
        records = kind in {"", "record"}
        many = self.random.choice((0, 0, 0, 1, 2) if kind in ROWS else (0, 0, 1, 1, 2, 3, 9 if self.wild else 0))
        words = ["job", self.name(), *(self.argument(records=records) for _ in range(many)), *self.flags(kind)]
        if self.wild:
            switches = ("--force", "--skip", "--quiet", "--pretend", "--json", "--nope")
            words += [switch for switch in switches if self.rarely(16)]
            if self.rarely(16):
                words += [
                    "--sidekiq-version",
                    self.random.choice(("6.0", "6.5.1", "7.1.3", "8.1.1", "5.2", "9.0", "x")),
                ]
        return words
