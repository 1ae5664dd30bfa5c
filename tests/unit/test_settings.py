"""``.sidekiq-gen.toml``: what it sets, what goes before it, what is wrong with it, and how it is written."""

from __future__ import annotations

import json
import random
import re
import shlex
from dataclasses import fields
from typing import TYPE_CHECKING, Any

import pytest

from sidekiq_gen.install.request import FLAGS, SETTABLE
from sidekiq_gen.job.defaults import settable_flags
from sidekiq_gen.job.resolve import all_flags
from sidekiq_gen.rails.house.conventions import Conventions
from sidekiq_gen.rails.house.settings import HABITS, SET_BY_FLAGS
from sidekiq_gen.rails.house.specs import SpecHabits
from sidekiq_gen.rails.project import Where, detect_project
from sidekiq_gen.settings import FILE, Setting
from sidekiq_gen.style import Layout
from support.command import Finished, sidekiq_gen, tree
from support.repos import Repo

if TYPE_CHECKING:
    from pathlib import Path

JOB = "app/jobs/process_order_job.rb"
SPEC = "spec/jobs/process_order_job_spec.rb"
# A house of its own: three jobs that agree in everything.
WORKERS = {
    f"app/workers/{name}_worker.rb": f"class {name.capitalize()}Worker\n  include Sidekiq::Worker\n"
    f"  sidekiq_options queue: :low, retry: 7\n  def perform(id)\n    puts 'a', 'b'\n  end\nend\n"
    for name in ("mail", "bill", "ship")
}


def root_with(tmp_path: Path, settings: str, repo: Repo | None = None) -> Path:
    root = (repo or Repo()).write(tmp_path)
    (root / FILE).write_text(settings, encoding="utf-8")
    return root


def job(root: Path, line: str = "ProcessOrder") -> Finished:
    return sidekiq_gen(root, "job", *shlex.split(line))


def written(
    tmp_path: Path, settings: str, line: str = "ProcessOrder", path: str = JOB, repo: Repo | None = None
) -> str:
    root = root_with(tmp_path, settings, repo)
    done = job(root, f"{line} --force")
    assert done.status == 0, done.err
    return (root / path).read_text(encoding="utf-8")


# the tables house and spec


@pytest.mark.parametrize(
    ("settings", "path", "text"),
    [
        ('directory = "app/sidekiq"', "app/sidekiq/process_order_job.rb", "class ProcessOrderJob\n"),
        (
            'directory = "packs/billing/app/jobs"',
            "packs/billing/app/jobs/process_order_job.rb",
            "class ProcessOrderJob",
        ),
        ('suffix = "Worker"', "app/jobs/process_order_worker.rb", "class ProcessOrderWorker\n"),
        ('suffix = ""', "app/jobs/process_order.rb", "class ProcessOrder\n"),
        ('module = "Sidekiq::Worker"', JOB, "  include Sidekiq::Worker\n"),
        ('quotes = "single"', JOB, "queue: 'default'"),
        ("frozen-string-literal = false", JOB, "class ProcessOrderJob\n"),
        ('queue-literal = "symbol"', JOB, "queue: :default"),
        ('base-class = "BaseJob"', JOB, "class ProcessOrderJob < BaseJob\n"),
    ],
)
def test_a_habit_is_set_for_good(tmp_path: Path, settings: str, path: str, text: str) -> None:
    base = {"app/jobs/base_job.rb": "class BaseJob\n  include Sidekiq::Job\nend\n"}

    shown = written(tmp_path, f"[house]\n{settings}\n", path=path, repo=Repo(files=base))

    assert text in shown
    if "frozen" in settings:
        assert "frozen_string_literal" not in shown


def test_namespaces_are_set_for_good(tmp_path: Path) -> None:
    path = "app/jobs/billing/charge_order_job.rb"

    text = written(tmp_path, '[house]\nnamespaces = "compact"\n', "Billing::ChargeOrder", path)

    assert "\nclass Billing::ChargeOrderJob\n" in text


@pytest.mark.parametrize(
    ("settings", "path", "text"),
    [
        ('place = "{tests}/sidekiq/{folder}"', "spec/sidekiq/jobs/process_order_job_spec.rb", "require"),
        ('helper = "spec_helper"', SPEC, 'require "spec_helper"'),
        ('entry = "describe"', SPEC, "\ndescribe ProcessOrderJob"),
        ('type = "worker"', SPEC, "type: :worker"),
        ('negation = "to_not"', SPEC, ".to_not have_received"),
        ('factories = "qualified"', SPEC, "FactoryBot.create(:order)"),
        ('instance = "worker"', SPEC, "let(:worker) { described_class.new }"),
    ],
)
def test_how_a_spec_is_written_is_set_for_good(tmp_path: Path, settings: str, path: str, text: str) -> None:
    assert text in written(tmp_path, f"[spec]\n{settings}\n", path=path)


LATER = "--retry-after PaymentGateway::RateLimited --on-exhausted"


@pytest.mark.parametrize(
    ("settings", "flags", "text"),
    [
        ('private = "outdented"', "", "\nprivate\n"),
        ('private = "indented"', "", "\n    def process_order("),
        ("blank-after-private = false", "", "\n  private\n  def "),
        ("blank-after-include = false", "", "  include Sidekiq::Job\n  sidekiq_options"),
        ("hash-spaces = false", "facts:hash", '{"key" => 1}'),
        ("array-spaces = true", "list:array", "[ 1, 2 ]"),
        ("default-spaces = false", LATER, "reschedules=0"),
        ('argument-commas = "lines"', "--idempotency-key --calls PaymentGateway.charge", ",\n    )\n"),
        ("width = 100", LATER, ""),
    ],
)
def test_the_layout_is_set_for_good(tmp_path: Path, settings: str, flags: str, text: str) -> None:
    plain, shown = (
        "".join(written(tmp_path / name, said, f"ProcessOrder order:record {flags}", path) for path in (JOB, SPEC))
        for name, said in (("a", ""), ("b", f"[layout]\n{settings}\n"))
    )

    assert text in shown
    assert shown != plain
    if "width" in settings:
        assert max(map(len, shown.split("\n"))) <= 100 < max(map(len, plain.split("\n")))


def test_what_reports_errors_is_set_for_good(tmp_path: Path) -> None:
    line, path = "ChargeOrder order:record --on-exhausted", "app/jobs/charge_order_job.rb"
    wraps = {
        "app/services/errors.rb": "module Errors\n  def self.tell(error)\n  end\nend\n",
        "app/jobs/a_job.rb": "class AJob\n  include Sidekiq::Job\n  def perform\n    1\n  rescue => e\n"
        "    Errors.tell(e)\n  end\nend\n",
    }

    assert "ErrorService.notify(error)" in written(
        tmp_path / "a", '[house]\nerror-wrapper = "ErrorService.notify"\n', line, path
    )
    assert "Errors.tell(error)" in written(tmp_path / "b", "", line, path, Repo(files=wraps))
    assert "Rails.error" in written(tmp_path / "c", '[house]\nerror-wrapper = ""\n', line, path, Repo(files=wraps))


@pytest.mark.parametrize(
    ("settings", "text"),
    [
        ('doubles = "mocha"', ".stubs("),
        ('superclass = "ActiveJob::TestCase"', "class ProcessOrderJobTest < ActiveJob::TestCase\n"),
        ('example = "it"', '  it "processes the order" do\n'),
        ('example = "def"', "  def test_"),
    ],
)
def test_how_a_test_of_minitest_is_written_is_set_for_good(tmp_path: Path, settings: str, text: str) -> None:
    repo = Repo(rspec=False, gems={"mocha": "2.4.5"})
    path = "test/jobs/process_order_job_test.rb"

    assert text in written(tmp_path, f"[spec]\n{settings}\n", "ProcessOrder --calls PaymentGateway.charge", path, repo)


def test_the_file_goes_before_the_jobs_and_the_linter(tmp_path: Path) -> None:
    settings = '[house]\ndirectory = "app/jobs"\nsuffix = "Job"\nquotes = "double"\nqueue-literal = "string"\n'

    text = written(tmp_path, settings, repo=Repo(quotes="single", files=WORKERS))

    assert 'sidekiq_options queue: "low", retry: 7' in text
    assert "include Sidekiq::Worker" in text  # which the file leaves to the jobs


def test_a_base_class_that_is_not_there_is_refused(tmp_path: Path) -> None:
    done = job(root_with(tmp_path, '[house]\nbase-class = "Order"\n'))

    assert done.status == 1
    assert f"{FILE} sets the base class Order" in done.err


def test_an_empty_base_class_puts_that_of_the_house_out_of_force(tmp_path: Path) -> None:
    house = {"app/jobs/base_job.rb": "class BaseJob\n  include Sidekiq::Job\nend\n"}
    house |= {
        f"app/jobs/{name}_job.rb": f"class {name.capitalize()}Job < BaseJob\n  def perform\n  end\nend\n"
        for name in "abc"
    }

    inherits = written(tmp_path / "one", "", repo=Repo(files=house))
    includes = written(tmp_path / "two", '[house]\nbase-class = ""\n', repo=Repo(files=house))

    assert "class ProcessOrderJob < BaseJob" in inherits
    assert "class ProcessOrderJob\n  include Sidekiq::Job" in includes


def test_every_habit_can_be_set() -> None:
    tables: dict[str, Any] = {"house": Conventions, "layout": Layout, "spec": SpecHabits}
    known = {(table, field.name) for table, habits in tables.items() for field in fields(habits)}
    known |= {("layout", "width"), ("house", "error_wrapper")}

    said = {(habit.table, habit.field) for habit in HABITS}
    assert said == {one for one in known if one[1] not in SET_BY_FLAGS}
    assert len({(habit.table, habit.setting.name) for habit in HABITS}) == len(HABITS)
    assert len({(habit.table, habit.field) for habit in HABITS}) == len(HABITS)


# the table job


def test_flags_that_were_left_out(tmp_path: Path) -> None:
    settings = '[job]\nqueue = "low"\nretry = 3\nlog-context = true\ntags = ["a-b", "c"]\nidempotency-key = false\n'

    text = written(tmp_path, settings)

    assert 'sidekiq_options queue: "low", retry: 3, tags: %w[a-b c]' in text
    assert "Sidekiq::Context.add" in text
    assert "idempotency" not in text


@pytest.mark.parametrize(
    ("settings", "flag", "options"),
    [
        ("retry = 3", "--retry 9", 'queue: "default", retry: 9'),
        ("retry = false", "", 'queue: "default", retry: false'),
        ('retry = "default"', "", 'queue: "default"'),
        ('retry-for = "2h"', "", 'queue: "default", retry_for: 2.hours.to_i'),
        ("retry-for = 7200", "", 'queue: "default", retry_for: 2.hours.to_i'),
        ("retry = 3", "--retry-for 2h", 'queue: "default", retry_for: 2.hours.to_i'),
        ('retry-for = "2h"', "--retry 9", 'queue: "default", retry: 9'),
        ('retry-for = "2h"', "--without retry-for", 'queue: "default", retry: 5'),
        ("backtrace = 20", "", 'queue: "default", retry: 5, backtrace: 20'),
        ("backtrace = true", "", 'queue: "default", retry: 5, backtrace: true'),
        ('tags = ["a"]', "--tags b", 'queue: "default", retry: 5, tags: ["b"]'),
        ("no-dead = true", "--without no-dead", 'queue: "default", retry: 5'),
    ],
)
def test_a_flag_goes_before_the_file(tmp_path: Path, settings: str, flag: str, options: str) -> None:
    assert f"  sidekiq_options {options}\n" in written(tmp_path, f"[job]\n{settings}\n", f"ProcessOrder {flag}")


def test_what_belongs_to_a_safeguard_or_a_kind_counts_with_it(tmp_path: Path) -> None:
    settings = '[job]\nlock-scope = "session"\non-missing = "retry"\nbatch-size = 77\non-conflict = "log"\n'

    plain = written(tmp_path / "one", settings, "Sweep --kind plain", "app/jobs/sweep_job.rb")
    record = written(tmp_path / "two", settings)
    locked = written(tmp_path / "three", settings, "ProcessOrder --advisory-lock")
    rows = written(
        tmp_path / "four", settings, "SweepOrders --model Order --kind backfill", "app/jobs/sweep_orders_job.rb"
    )

    assert "find" not in plain
    assert "Order.find(order_id)" in record
    assert "advisory" not in record
    assert "pg_advisory_unlock" in locked
    assert "77" in rows


def test_a_safeguard_of_every_job_can_be_left_out_of_one(tmp_path: Path) -> None:
    settings = '[job]\nadvisory-lock = true\nlock-scope = "session"\n'

    assert "pg_advisory_unlock" in written(tmp_path / "one", settings)
    assert "advisory" not in written(tmp_path / "two", settings, "ProcessOrder --without advisory-lock")


@pytest.mark.parametrize(
    ("settings", "line", "message", "names"),
    [
        ("row-lock = true", "Sweep --kind plain", "--row-lock", ["line 2, sets row-lock: --without row-lock"]),
        ("row-lock = true", "ProcessOrder --advisory-lock", "two locks", ["--without row-lock"]),
        ('unique = "until_executed"', "ProcessOrder", "--unique needs sidekiq-unique-jobs", ["--without unique"]),
        ('queue = "a b"', "ProcessOrder", "'a b' cannot be the name of a queue", ["sets queue: --without queue"]),
        ("retry = 1\nretry-for = 60", "ProcessOrder", "both say", ["line 2, sets retry", "line 3, sets retry-for"]),
        ('discard-on = ["no"]', "ProcessOrder", "'no' is not the name of an error class", ["--without discard-on"]),
        ("row-lock = true", "ProcessOrder --queue 'a b'", "'a b' cannot be", []),
    ],
)
def test_a_refusal_names_the_line_of_the_file(
    tmp_path: Path, settings: str, line: str, message: str, names: list[str]
) -> None:
    root = root_with(tmp_path, f"[job]\n{settings}\n")
    before = tree(root)

    done = job(root, line)

    assert done.status in {1, 2}
    assert message in done.err
    assert [name for name in names if name not in done.err] == []
    assert (FILE in done.err) == bool(names)
    assert tree(root) == before


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("X --without loging", "--without 'loging' is no flag"),
        ("X --without advisory-lok", "Did you mean advisory-lock?"),
        ("X --without model", "--without 'model' is no flag"),
        ("X --without row-lock --row-lock", "--row-lock and --without row-lock contradict each other"),
    ],
)
def test_without_names_a_flag_that_could_be_set(tmp_path: Path, line: str, message: str) -> None:
    done = job(Repo().write(tmp_path), line)

    assert done.status == 2
    assert message in done.err


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("ProcessOrder", ["--queue low", "--log-context", "--on-missing retry"]),
        ("ProcessOrder --without log-context", ["--queue low", "--without log-context"]),
        ("Sweep since:date --kind plain", ["--queue low", "--log-context"]),
        ("SweepOrders --kind backfill --model Order --without log-context", ["--batch-size 9"]),
    ],
)
def test_the_printed_command_gives_the_same(tmp_path: Path, line: str, words: list[str]) -> None:
    settings = (
        '[job]\nqueue = "low"\nlog-context = true\non-missing = "retry"\nbatch-size = 9\nlock-scope = "session"\n'
    )
    root = root_with(tmp_path / "one", settings)
    done = job(root, f"{line} --json")
    assert done.status == 0, done.err
    command = json.loads(done.out)["command_line"]

    again = root_with(tmp_path / "two", settings)
    assert sidekiq_gen(again, *shlex.split(command)[1:]).status == 0

    assert tree(again) == tree(root)
    assert [word for word in words if word not in command] == []


# the table install


def test_flags_of_install(tmp_path: Path) -> None:
    root = root_with(tmp_path, "[install]\nhealth-check = true\ndead-threshold = 7\ndead-max-jobs = 500\n")

    done = sidekiq_gen(root, "install")

    assert done.status == 0, done.err
    assert "THRESHOLD = 7\n" in "".join(path.read_text() for path in (root / "app/jobs").iterdir())
    assert "[:dead_max_jobs] = 500" in (root / "config/initializers/sidekiq.rb").read_text()


def test_a_threshold_alone_asks_for_no_health_check(tmp_path: Path) -> None:
    root = root_with(tmp_path, '[install]\ndead-threshold = 7\ntest = "minitest"\n')

    assert sidekiq_gen(root, "install").status == 0
    assert not (root / "app/jobs").exists()


# what makes no sense

BAD = [
    (b"[huose]\n", "line 1: There is no table huose", "Did you mean house?"),
    (b"[job]\n\nquue = 'low'\n", "line 3: [job] has no key quue", "Did you mean queue?"),
    (b"[job]\nadvisory_lock = true\n", "line 2: [job] has no key advisory_lock", "Did you mean advisory-lock?"),
    (b"[job]\nmodel = 'Order'\n", "line 2: [job] has no key model", ""),
    (b"[job]\ndir = 'app/x'\n", "line 2: [job] has no key dir", ""),
    (b"[job]\nlint = true\n", "line 2: [job] has no key lint", ""),
    (b"[install]\nconfig = true\n", "line 2: [install] has no key config", ""),
    (b"[house]\n[spec]\nsuffix = 'Job'\n", "line 3: [spec] has no key suffix", "[spec] takes"),
    (b"queue = 'low'\n", "line 1: There is no key queue", "The tables are house, layout, spec, job, install, check."),
    (b"job = 3\n", "line 1: job is not a table", "Write [job]"),
    (b"[[job]]\nqueue = 'low'\n", "job is not a table", "Write [job]"),
    (
        b"[house]\nquotes = 'none'\n",
        'line 2: [house] quotes = "none" makes no sense',
        'quotes takes "double" or "single"',
    ),
    (b"[house]\nquotes = true\n", "line 2: [house] quotes = true makes no sense", 'takes "double" or "single"'),
    (b"[house]\nquotes.a = 1\n", "line 2: [house] quotes = {...} makes no sense", ""),
    (b"house.quotes = 1\n", "line 1: [house] quotes = 1 makes no sense", ""),
    (
        b"[house]\nfrozen-string-literal = 'yes'\n",
        'frozen-string-literal = "yes" makes no sense',
        "takes true or false",
    ),
    (b"[house]\ndirectory = '../x'\n", 'directory = "../x" makes no sense', "a folder relative to the root"),
    (b"[house]\ndirectory = '/etc'\n", 'directory = "/etc" makes no sense', "a folder relative to the root"),
    (b'[house]\ndirectory = "a\\nb"\n', 'directory = "a\\nb" makes no sense', "a folder relative to the root"),
    (b"[house]\nbase-class = 'base_job'\n", 'base-class = "base_job" makes no sense', "the name of a class"),
    (b"[spec]\ninstance = 'it'\n", 'instance = "it" makes no sense', ""),
    (b"[spec]\nplace = '{root}/x'\n", 'place = "{root}/x" makes no sense', ""),
    (b"[job]\nretry = 1.5\n", "retry = 1.5 makes no sense", "a text or a number or false"),
    (b"[job]\nretry = true\n", "retry = true makes no sense", "a text or a number or false"),
    (b"[job]\nqueue = 3\n", "queue = 3 makes no sense", "queue takes a text."),
    (b"[job]\nlog-context = 1\n", "log-context = 1 makes no sense", "takes true or false"),
    (b"[job]\nbatch-size = '5'\n", 'batch-size = "5" makes no sense', "a whole number"),
    (b"[job]\nbatch-size = -5\n", "batch-size = -5 makes no sense", "a whole number"),
    (b"[job]\nbatch-size = true\n", "batch-size = true makes no sense", "a whole number"),
    (b"[job]\ntags = 'a'\n", 'tags = "a" makes no sense', 'a list of texts, ["..."]'),
    (b"[job]\ntags = [1]\n", "tags = [...] makes no sense", 'a list of texts, ["..."]'),
    (b"[job]\ntags = []\n", "tags = [...] makes no sense", 'a list of texts, ["..."]'),
    (b"[job]\nretry-for = '1w'\n", 'retry-for = "1w" makes no sense', "a length of time"),
    (b"[job]\nretry-for = 0\n", "retry-for = 0 makes no sense", "a length of time"),
    (b"[job]\nkind = 2026-01-01\n", "kind = ... makes no sense", ""),
    (b"[job\n", "line 1: It is no TOML", ""),
    (b"[job]\nqueue = \n", "line 2: It is no TOML", ""),
    (b"[job]\nqueue = 'a'\nqueue = 'b'\n", "line 3: It is no TOML", ""),
    (b"[job]\nqueue = '\xff'\n", "line 2: It is not UTF-8", "Save it as UTF-8."),
    (b"[job]\nqueue = '\x00'\n", "line 2: It is no TOML", ""),
    (b"[job]\nretry = " + b"9" * 5000, "It is no TOML that can be read", ""),
    (b"[job]\nretry = " + b"9" * 50, "retry = ... makes no sense", ""),
    (b"a = " + b"[" * 5000, "It is no TOML that can be read", ""),
]


@pytest.mark.parametrize(("data", "message", "hint"), BAD, ids=[repr(bad[0][:40]) for bad in BAD])
def test_what_makes_no_sense_is_refused(tmp_path: Path, data: bytes, message: str, hint: str) -> None:
    root = Repo().write(tmp_path)
    (root / FILE).write_bytes(data)
    before = tree(root)

    done = job(root, "ProcessOrder --json")

    error = json.loads(done.out)["error"]
    assert (done.status, error["code"]) == (2, "invalid-settings"), error
    assert error["message"].startswith(FILE)
    assert message in error["message"]
    assert hint in error["hint"]
    assert error["hint"]
    assert tree(root) == before


@pytest.mark.parametrize("command", ["info", "install", "install --config", "patterns", "job X"])
@pytest.mark.parametrize("settings", ["[house]\na = 1\n", "[spec]\na = 1\n", "[job]\na = 1\n", "[install]\na = 1\n"])
def test_every_command_looks_at_all_of_the_file(tmp_path: Path, command: str, settings: str) -> None:
    done = sidekiq_gen(root_with(tmp_path, settings), *command.split())

    assert done.status == 2
    assert f"{FILE}, line 2: {settings[:-7]} has no key a." in done.err


def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    root = Repo().write(tmp_path)
    (root / FILE).mkdir()

    done = sidekiq_gen(root, "job", "ProcessOrder", "--json")

    assert (done.status, json.loads(done.out)["error"]["code"]) == (1, "settings-unreadable")


@pytest.mark.parametrize("data", [b"", b"\n", b"\xef\xbb\xbf[job]\r\nqueue = 'low'\r\n", b"[job]\n[house]\n", b"# x"])
def test_a_file_that_says_little_is_fine(tmp_path: Path, data: bytes) -> None:
    root = Repo().write(tmp_path)
    (root / FILE).write_bytes(data)

    assert job(root).status == 0
    assert ("low" in (root / JOB).read_text()) == (b"low" in data)


def test_no_bytes_make_it_fall_over(tmp_path: Path) -> None:
    root = Repo().write(tmp_path)
    source = random.Random(12)  # noqa: S311 - no secret
    names = [habit.setting.name for habit in HABITS] + [Setting.of(flag).name for flag in settable_flags()]
    values = [
        "true",
        "1",
        "-1",
        '"a"',
        "'Job'",
        "[]",
        '["a"]',
        "1.5",
        "{}",
        "nan",
        "1979-05-27",
        '"\\u0000"',
        '"2h"',
        "[",
        "=",
    ]
    statuses = set()
    for _ in range(200):
        lines = [source.choice(["[house]", "[job]", "[spec]", "[install]", "[[job]]", "", "house.x = 1"])]
        lines += [f"{source.choice(names)} = {source.choice(values)}" for _ in range(source.randrange(3))]
        data = bytearray("\n".join(lines).encode())
        for _ in range(source.choice((0, 0, 0, 3))):
            data.insert(source.randrange(len(data) + 1), source.randrange(256))
        (root / FILE).write_bytes(bytes(data))

        done = job(root, "ProcessOrder --pretend --json")

        statuses.add(done.status)
        assert done.status in {0, 1, 2}, (bytes(data), done.err)
        assert "defect" not in done.out, bytes(data)
    assert {0, 2} <= statuses


# what is shown of it


def test_info_says_what_comes_from_the_file(tmp_path: Path) -> None:
    flags = 'retry = 3\nlog-context = true\ntags = ["a", "b"]\n'
    layout = "width = 100\nhash-spaces = false\n"
    root = root_with(tmp_path, f'[house]\nquotes = "single"\n[job]\n{flags}[layout]\n{layout}')

    text = sidekiq_gen(root, "info").out
    told = json.loads(sidekiq_gen(root, "info", "--json").out)

    assert re.search(r"^Quotes +single \(\.sidekiq-gen\.toml\)$", text, re.MULTILINE)
    assert re.search(r"^Retries +3 \(\.sidekiq-gen\.toml\)$", text, re.MULTILINE)
    assert re.search(r"^Flags of job +retry 3, log-context, tags a b \(\.sidekiq-gen\.toml\)$", text, re.MULTILINE)
    assert told["settings"] == {
        "house": {"quotes": "single"},
        "job": {"retry": 3, "log-context": True, "tags": ["a", "b"]},
        "layout": {"width": 100, "hash-spaces": False},
    }
    assert "Layout              width 100 (.sidekiq-gen.toml), hash-spaces false (.sidekiq-gen.toml)\n" in text
    assert told["conventions"]["quotes"] == "single"


# install --config


def config(root: Path, *arguments: str) -> Finished:
    return sidekiq_gen(root, "install", "--config", *arguments)


def test_the_file_is_written_with_the_evidence_and_nothing_else(tmp_path: Path) -> None:
    root = Repo(files=WORKERS).write(tmp_path)
    before = tree(root)

    done = config(root)

    assert (done.status, done.out) == (0, f"      create  {FILE}\n")
    after = tree(root)
    text = after.pop(FILE).decode()
    assert after == before
    assert 'directory = "app/workers" # 3 of 3 existing jobs\n' in text
    assert 'quotes = "single" # 3 of 3 existing jobs\n' in text
    assert '# retry = "7" # 3 of 3 existing jobs\n' in text
    assert '# negation = "not_to" # the default\n' in text


def test_what_differs_between_groups_of_jobs_is_left_to_them(tmp_path: Path) -> None:
    nightly = {
        f"app/workers/nightly/{name}_worker.rb": f"class Nightly::{name.capitalize()}Worker < NightlyBase\n"
        "  def perform\n    puts 'a', 'b'\n  end\nend\n"
        for name in ("a", "b", "c")
    }
    base = {"app/workers/nightly_base.rb": "class NightlyBase\n  include Sidekiq::Worker\nend\n"}
    more = {path.replace("_", "2_"): text.replace("Worker\n", "2Worker\n", 1) for path, text in WORKERS.items()}
    root = Repo(files=WORKERS | more | nightly | base).write(tmp_path)

    assert config(root).status == 0

    text = (root / FILE).read_text()
    assert '\n# base-class = "" # 6 of 9 existing jobs; some groups of jobs differ\n' in text
    assert '\nquotes = "single" # 9 of 9 existing jobs\n' in text


@pytest.mark.parametrize("files", [{}, WORKERS])
def test_what_is_written_says_what_holds_anyway(tmp_path: Path, files: dict[str, str]) -> None:
    without, with_file = (Repo(files=files).write(tmp_path / name) for name in "ab")
    assert config(with_file).status == 0

    for root in (without, with_file):
        assert job(root).status == 0

    (with_file / FILE).unlink()
    assert tree(with_file) == tree(without)


def test_every_line_of_what_is_written_can_be_taken_out_of_its_comment(tmp_path: Path) -> None:
    root = Repo().write(tmp_path)
    assert config(root).status == 0
    text = (root / FILE).read_text()
    (root / FILE).write_text(re.sub(r"^# ([\w-]+ = )", r"\1", text, flags=re.MULTILINE))

    app = detect_project(Where(root=root), root).app

    assert sidekiq_gen(root, "info").status == 0
    assert {name for table in ("house", "layout", "spec") for name in app.settings.tables[table]} == {
        habit.setting.name for habit in HABITS if habit.setting.name != "module"
    }


def test_it_is_identical_the_second_time(tmp_path: Path) -> None:
    root = Repo(files=WORKERS).write(tmp_path)
    assert config(root).status == 0

    assert config(root).out == f"   identical  {FILE}\n"


def test_it_is_never_overwritten_in_silence(tmp_path: Path) -> None:
    own = '[house]\nquotes = "double"\n[job]\nlog-context = true\nretry = 7\n[install]\nhealth-check = true\n'
    root = root_with(tmp_path, own, Repo(files=WORKERS))

    assert config(root).status == 3
    assert config(root, "--skip").out == f"        skip  {FILE}\n"
    assert (root / FILE).read_text() == own
    pretended = config(root, "--pretend").out
    assert f"    conflict  {FILE}\n" in pretended
    assert "-health-check" not in pretended
    assert config(root, "--force").out == f"       force  {FILE}\n"
    text = (root / FILE).read_text()
    assert 'quotes = "double" # "single": 3 of 3 existing jobs\n' in text
    assert "log-context = true\nretry = 7\n" in text
    assert text.endswith("[install]\nhealth-check = true\n")
    assert config(root).out == f"   identical  {FILE}\n"


def test_it_asks_for_nothing_more(tmp_path: Path) -> None:
    done = config(Repo().write(tmp_path), "--health-check")

    assert done.status == 2
    assert "--config writes .sidekiq-gen.toml and nothing else, and --health-check asks for more" in done.err


def test_its_json(tmp_path: Path) -> None:
    told: dict[str, Any] = json.loads(config(Repo().write(tmp_path), "--json").out)

    assert told["command"] == "install"
    assert told["files"] == [{"path": FILE, "status": "create"}]
    assert told["command_line"] == "sidekiq-gen install --config --no-input"


# the table


def test_every_flag_can_be_set_or_belongs_to_one_job_or_one_run() -> None:
    names = {flag.option for flag in all_flags()} - {flag.option for flag in settable_flags()}

    assert names == {"--model", "--calls", "--dir", "--child", "--save-result", "--without"}
    assert [flag.option for flag in FLAGS if flag not in SETTABLE] == ["--config"]


def test_the_page_that_errors_point_to_is_there(tmp_path: Path) -> None:
    done = job(root_with(tmp_path, "["))

    assert "docs/settings.md" in done.err


@pytest.mark.parametrize(
    ("expression", "taken"),
    [
        ("error.wait", True),
        ("wait", True),
        ('error.headers[\\"retry-after\\"].to_i', True),
        ("Integer(error.response.wait)", True),
        ("2m", True),
        ("system(error)", False),
        ("error.tap(&:exit)", False),
        ("File.read(error.path)", False),
        ("(system error)", False),
    ],
)
def test_a_file_says_no_ruby_that_does_more_than_read(tmp_path: Path, expression: str, *, taken: bool) -> None:
    repo = root_with(tmp_path, f'[job]\nretry-after = ["PaymentGateway::RateLimited={expression}"]\n')

    done = job(repo, "ProcessOrder --pretend")

    assert done.status == (0 if taken else 2)
    assert (".sidekiq-gen.toml, line 2: [job] retry-after has Ruby" in done.err) is not taken


@pytest.mark.parametrize(
    "said",
    [
        '[house]\nerror-wrapper = "Kernel.exec"',
        '[house]\nerror-wrapper = "Told.system"',
        '[house]\nerror-wrapper = "Process::Status.wait"',
        "[spec]\ngroup = 'describe \"#$PROGRAM_NAME\"'",
        "[spec]\ngroup = 'describe \"#@perform\"'",
        '[spec]\ntype = "1"',
    ],
)
def test_what_would_be_code_is_no_value(tmp_path: Path, said: str) -> None:
    assert job(root_with(tmp_path, f"{said}\n")).status == 2
