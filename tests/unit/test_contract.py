"""What the command line promises, line by line, seen from outside."""

from __future__ import annotations

import json
import re
import shlex
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from sidekiq_gen import __version__
from sidekiq_gen.cli import one
from sidekiq_gen.cli.app import run
from sidekiq_gen.job.kinds.catalogue import KINDS
from sidekiq_gen.job.patterns.catalogue import PATTERNS
from support.cases import Case, alone, gates
from support.command import in_a_process, sidekiq_gen, tree
from support.repos import Repo

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

MYSQL = Repo(adapter="mysql2")
JOB = "app/jobs/process_order_job.rb"
SPEC = "spec/jobs/process_order_job_spec.rb"
TEST = "test/jobs/process_order_job_test.rb"

PROCESS_ORDER = """# frozen_string_literal: true

class ProcessOrderJob
  include Sidekiq::Job

  sidekiq_options queue: "default", retry: 5

  def perform(order_id)
    order = Order.find_by(id: order_id)
    return logger.warn("skipped: there is no Order #{order_id}") unless order

    process_order(order)
  end

  private

  def process_order(order)
    # TODO: the work. It can run more than once for the same order.
  end
end
"""

# A literal that needs double quotes, with the quotes that any other would have.
INTERPOLATED = ("'skipped: there is no Order #{order_id}'", '"skipped: there is no Order #{order_id}"')

PROCESS_ORDER_SPEC = """# frozen_string_literal: true

require "rails_helper"

RSpec.describe ProcessOrderJob do
  let(:job) { described_class.new }
  let(:order) { create(:order) }

  before { allow(job).to receive(:process_order).and_call_original }

  it "processes the order" do
    job.perform(order.id)

    # TODO: expect what the work changes.
    expect(job).to have_received(:process_order).with(order)
  end

  it "leaves the order unchanged on a second run" do
    job.perform(order.id)

    expect { job.perform(order.id) }.not_to(change { order.reload.attributes })
  end

  it "does nothing when the order no longer exists", :aggregate_failures do
    allow(job.logger).to receive(:warn)

    job.perform(0)

    expect(job).not_to have_received(:process_order)
    expect(job.logger).to have_received(:warn).with(/no Order/)
  end
end
"""


def generate(folder: Path, line: str, repo: Repo | None = None) -> dict[str, str]:
    """The new files of one command, which must succeed."""
    name, _, arguments = line.partition(" ")
    return Case("contract", repo or Repo(), arguments, name).run(folder)


def the_job(folder: Path, line: str, repo: Repo | None = None) -> str:
    """The text of the job class, which comes first."""
    files = generate(folder, line, repo)
    return next(text for path, text in files.items() if not path.startswith(("spec/", "test/")))


def the_test(folder: Path, line: str, repo: Repo | None = None) -> str:
    files = generate(folder, line, repo)
    return next(text for path, text in files.items() if path.startswith(("spec/", "test/")))


def document(root: Path, *arguments: str, status: int = 0) -> dict[str, Any]:
    """The one JSON document on standard output."""
    done = sidekiq_gen(root, *arguments, "--json")
    assert done.status == status, done.err
    parsed: dict[str, Any] = json.loads(done.out)
    return parsed


def existing(**jobs: str) -> dict[str, str]:
    """Job files below app/jobs, by name."""
    return {f"app/jobs/{name}.rb": text for name, text in jobs.items()}


def perform_of(text: str) -> str:
    """From ``def perform`` to its ``end``."""
    lines = text.split("\n")
    first = next(number for number, line in enumerate(lines) if line.lstrip().startswith("def perform"))
    margin = lines[first][: -len(lines[first].lstrip())]
    return "\n".join(lines[first : lines.index(f"{margin}end", first) + 1])


# NAME


@pytest.mark.parametrize(
    ("name", "class_name", "path"),
    [
        ("ProcessOrder", "ProcessOrderJob", JOB),
        ("process_order", "ProcessOrderJob", JOB),
        ("ProcessOrderJob", "ProcessOrderJob", JOB),
        ("process_order_job", "ProcessOrderJob", JOB),
        ("ProcessOrderWorker", "ProcessOrderJob", JOB),
        ("Billing::ChargeCustomer", "Billing::ChargeCustomerJob", "app/jobs/billing/charge_customer_job.rb"),
        ("billing/charge_customer", "Billing::ChargeCustomerJob", "app/jobs/billing/charge_customer_job.rb"),
        ("billing/charge_customer_job", "Billing::ChargeCustomerJob", "app/jobs/billing/charge_customer_job.rb"),
        ("Billing/ChargeCustomerJob", "Billing::ChargeCustomerJob", "app/jobs/billing/charge_customer_job.rb"),
        ("a/b_c/D::e", "A::BC::D::EJob", "app/jobs/a/b_c/d/e_job.rb"),
        ("ExportCSVFile", "ExportCsvFileJob", "app/jobs/export_csv_file_job.rb"),
        ("JobJob", "JobJob", "app/jobs/job_job.rb"),
    ],
)
def test_every_form_of_a_name(tmp_path: Path, name: str, class_name: str, path: str) -> None:
    root = Repo().write(tmp_path)

    told = document(root, "job", name)

    assert told["class_name"] == class_name
    spec = path.replace("app/", "spec/", 1).removesuffix(".rb") + "_spec.rb"
    assert told["files"] == [{"path": path, "status": "create"}, {"path": spec, "status": "create"}]
    assert f"class {class_name.rpartition('::')[2]}\n" in (root / path).read_text()
    assert f"RSpec.describe {class_name} do\n" in (root / spec).read_text()


@pytest.mark.parametrize("typed", ["ProcessOrder", "process_order_worker", "ProcessOrderJob", "ProcessOrderWorker"])
@pytest.mark.parametrize(("suffix", "class_name"), [("worker", "ProcessOrderWorker"), ("", "ProcessOrder")])
def test_the_suffix_of_the_house_is_never_doubled(tmp_path: Path, typed: str, suffix: str, class_name: str) -> None:
    stem = f"send_mail_{suffix}".rstrip("_")
    known = f"class {class_name.replace('ProcessOrder', 'SendMail')}\n  include Sidekiq::Job\nend\n"
    root = Repo(files=existing(**{stem: known})).write(tmp_path)

    told = document(root, "job", typed)

    assert told["class_name"] == class_name
    assert told["files"][0]["path"] == f"app/jobs/process_order{'_worker' if suffix else ''}.rb"


def test_the_acronyms_of_the_repo_are_kept(tmp_path: Path) -> None:
    files = {"config/initializers/inflections.rb": 'inflect.acronym "API"\n', "app/models/api_key.rb": ""}
    root = Repo(files=files).write(tmp_path)

    told = document(root, "job", "RotateAPIKey")

    assert told["class_name"] == "RotateAPIKeyJob"
    assert told["files"][0]["path"] == "app/jobs/rotate_api_key_job.rb"
    assert told["command_line"] == "sidekiq-gen job RotateAPIKey --model APIKey --no-input"


# Arguments


def test_every_type_of_an_argument(tmp_path: Path) -> None:
    line = "Report a:integer b:string c:float d:boolean e1:array f:hash g:date h:time i:decimal j order:record"

    files = generate(tmp_path, line)

    assert perform_of(files["app/jobs/report_job.rb"]) == (
        "  def perform(a, b, c, d, e1, f, g, h, i, j, order_id)\n"
        "    order = Order.find_by(id: order_id)\n"
        '    return logger.warn("skipped: there is no Order #{order_id}") unless order\n\n'
        "    report(a, b, c, d, e1, f, Date.iso8601(g), Time.zone.iso8601(h), BigDecimal(i), j, order)\n"
        "  end"
    )
    assert "  def report(a, b, c, d, e1, f, g, h, i, j, order)\n" in files["app/jobs/report_job.rb"]
    spec = files["spec/jobs/report_job_spec.rb"]
    assert (
        '7, "text", 1.5, true, [1, 2], { "key" => 1 }, "2026-01-31", "2026-01-31T12:00:00Z", "19.99", "text", order.id'
    ) in spec
    assert '      Date.iso8601("2026-01-31"),\n' in spec
    assert '      Time.zone.iso8601("2026-01-31T12:00:00Z"),\n' in spec
    assert '      BigDecimal("19.99"),\n' in spec
    assert max(map(len, spec.split("\n"))) <= 120


@pytest.mark.parametrize(
    ("argument", "handed_on"),
    [
        ("x", "x"),
        ("x:", "x"),
        ("x:string", "x"),
        ("x:integer", "x"),
        ("x:float", "x"),
        ("x:boolean", "x"),
        ("x:array", "x"),
        ("x:hash", "x"),
        ("x:date", "Date.iso8601(x)"),
        ("x:time", "Time.zone.iso8601(x)"),
        ("x:decimal", "BigDecimal(x)"),
    ],
)
def test_what_json_cannot_carry_is_parsed_inside_the_job(tmp_path: Path, argument: str, handed_on: str) -> None:
    text = the_job(tmp_path, f"Purge {argument}")

    assert perform_of(text) == f"  def perform(x)\n    purge({handed_on})\n  end"
    assert "  def purge(x)\n" in text


@pytest.mark.parametrize("argument", ["order:record", "order_id:record"])
def test_a_record_travels_as_its_id_and_is_looked_up(tmp_path: Path, argument: str) -> None:
    assert perform_of(the_job(tmp_path, f"Purge {argument}")) == (
        "  def perform(order_id)\n"
        "    order = Order.find_by(id: order_id)\n"
        '    return logger.warn("skipped: there is no Order #{order_id}") unless order\n\n'
        "    purge(order)\n"
        "  end"
    )


def test_guard_clauses_in_a_row_stand_together(tmp_path: Path) -> None:
    assert perform_of(the_job(tmp_path, "ChargeCustomer order:record --check-then-act charged_at")) == (
        "  def perform(order_id)\n"
        "    order = Order.find_by(id: order_id)\n"
        '    return logger.warn("skipped: there is no Order #{order_id}") unless order\n'
        "    return if order.charged_at?\n\n"
        "    charge_customer(order)\n"
        "    order.update_column(:charged_at, Time.current)\n"
        "  end"
    )


def test_several_records_are_all_looked_up(tmp_path: Path) -> None:
    assert perform_of(the_job(tmp_path, "Pair order:record times:integer restaurant:record")) == (
        "  def perform(order_id, times, restaurant_id)\n"
        "    order = Order.find_by(id: order_id)\n"
        '    return logger.warn("skipped: there is no Order #{order_id}") unless order\n\n'
        "    restaurant = Restaurant.find_by(id: restaurant_id)\n"
        '    return logger.warn("skipped: there is no Restaurant #{restaurant_id}") unless restaurant\n\n'
        "    pair(order, times, restaurant)\n"
        "  end"
    )


def test_no_arguments_and_no_model_make_a_plain_job(tmp_path: Path) -> None:
    files = generate(tmp_path, "PurgeCaches")

    assert files["app/jobs/purge_caches_job.rb"] == (
        "# frozen_string_literal: true\n\n"
        "class PurgeCachesJob\n"
        "  include Sidekiq::Job\n\n"
        '  sidekiq_options queue: "default", retry: 5\n\n'
        "  def perform\n"
        "    purge_caches\n"
        "  end\n\n"
        "  private\n\n"
        "  def purge_caches\n"
        "    # TODO: the work. It can run more than once.\n"
        "  end\n"
        "end\n"
    )
    assert (
        "    # TODO: expect what the work changes.\n    expect(job).to have_received(:purge_caches).with(no_args)\n"
        in (files["spec/jobs/purge_caches_job_spec.rb"])
    )


# the model


@pytest.mark.parametrize(
    ("name", "files", "model"),
    [
        ("ProcessOrder", {}, "Order"),
        ("Order", {}, "Order"),
        ("ProcessOrders", {}, None),
        ("ProcessInvoice", {}, None),
        ("ProcessInvoice", {"app/models/concerns/invoice.rb": "module Invoice\nend\n"}, None),
        ("ProcessInvoice", {"app/services/invoice.rb": "class Invoice\nend\n"}, None),
        ("ProcessInvoice", {"lib/invoice.rb": "class Invoice\nend\n"}, None),
        ("ProcessInvoice", {"app/models/invoice.rb": "class Invoice < ApplicationRecord\nend\n"}, "Invoice"),
        ("CloseLineItem", {"app/models/line_item.rb": "", "app/models/item.rb": ""}, "LineItem"),
        ("Billing::ChargeInvoice", {"app/models/billing/invoice.rb": ""}, "Billing::Invoice"),
        ("Billing::ChargeOrder", {"app/models/billing/order.rb": ""}, "Billing::Order"),
        ("Billing::ChargeOrder", {}, "Order"),
        ("ProcessCheckIn", {}, None),
        ("ProcessCheckIn", {"app/models/check_in.rb": ""}, "CheckIn"),
        ("ReindexClass", {}, None),
        ("process_2fa", {}, None),
    ],
)
def test_a_model_is_guessed_only_where_a_file_proves_it(
    tmp_path: Path, name: str, files: Mapping[str, str], model: str | None
) -> None:
    root = Repo(files=dict(files)).write(tmp_path)

    told = document(root, "job", name, "--pretend")

    flag = f" --model {model}" if model else ""
    assert told["command_line"] == f"sidekiq-gen job {name}{flag} --no-input"
    assert told["notices"] == []


def test_an_explicit_model_needs_no_file_but_is_remarked_on(tmp_path: Path) -> None:
    root = Repo().write(tmp_path)

    told = document(root, "job", "Charge", "--model", "Billing::Invoice")

    assert told["notices"] == [
        {
            "code": "model-not-found",
            "message": "No file in app/models defines Billing::Invoice.",
            "hint": "The spec is green once the model exists; --model names another one.",
        }
    ]
    assert perform_of((root / "app/jobs/charge_job.rb").read_text()) == (
        "  def perform(invoice_id)\n"
        "    invoice = Billing::Invoice.find_by(id: invoice_id)\n"
        '    return logger.warn("skipped: there is no Billing::Invoice #{invoice_id}") unless invoice\n\n'
        "    charge(invoice)\n"
        "  end"
    )


def test_kind_plain_guesses_nothing(tmp_path: Path) -> None:
    assert perform_of(the_job(tmp_path, "ProcessOrder --kind plain")) == "  def perform\n    process_order\n  end"


# what is printed


def test_statuses_columns_and_order(tmp_path: Path) -> None:
    root = Repo().write(tmp_path)
    before = tree(root)

    done = sidekiq_gen(root, "job", "ProcessOrder")

    assert (done.status, done.out, done.err) == (0, f"      create  {JOB}\n      create  {SPEC}\n", "")
    assert tree(root) == before | {JOB: PROCESS_ORDER.encode(), SPEC: PROCESS_ORDER_SPEC.encode()}


def test_a_second_run_is_identical(tmp_path: Path) -> None:
    root = Repo().write(tmp_path)
    sidekiq_gen(root, "job", "ProcessOrder")
    before = tree(root)

    done = sidekiq_gen(root, "job", "process_order_job", "--no-input")

    assert (done.status, done.out, done.err) == (0, f"   identical  {JOB}\n   identical  {SPEC}\n", "")
    assert tree(root) == before


@pytest.mark.parametrize("case", [*alone()][::3], ids=lambda case: case.name)
def test_every_pattern_is_identical_the_second_time(tmp_path: Path, case: Case) -> None:
    new = case.run(tmp_path)

    again = sidekiq_gen(tmp_path, "job", case.job, *case.arguments.split(), "--no-input")

    assert (again.status, sorted(again.out.splitlines())) == (0, sorted(f"   identical  {path}" for path in new))


def test_a_second_run_is_identical_although_the_new_job_now_has_a_vote(tmp_path: Path) -> None:
    text = "class {}Job\n  include Sidekiq::Job\n  sidekiq_options retry: 10\nend\n"
    root = Repo(files=existing(a_job=text.format("A"), b_job=text.format("B"))).write(tmp_path)
    assert sidekiq_gen(root, "job", "ProcessOrder").status == 0

    assert sidekiq_gen(root, "job", "ProcessOrder").status == 0


CHANGE = f"--- {JOB} (now)\n+++ {JOB} (new)\n@@ -1 +1,20 @@\n-# mine\n" + "".join(
    f"+{line}" for line in PROCESS_ORDER.splitlines(keepends=True)
)
NEW_SPEC = f"--- /dev/null\n+++ {SPEC} (new)\n@@ -0,0 +1,{len(PROCESS_ORDER_SPEC.splitlines())} @@\n" + "".join(
    f"+{line}" for line in PROCESS_ORDER_SPEC.splitlines(keepends=True)
)
PRETENDED = f"{CHANGE}      create  {SPEC}\n{NEW_SPEC}Nothing was written: this was --pretend.\n"


@pytest.mark.parametrize(
    ("flags", "status", "out", "written"),
    [
        (("--force",), 0, f"       force  {JOB}\n      create  {SPEC}\n", (JOB, SPEC)),
        (("-f",), 0, f"       force  {JOB}\n      create  {SPEC}\n", (JOB, SPEC)),
        (("--skip",), 0, f"        skip  {JOB}\n      create  {SPEC}\n", (SPEC,)),
        (("-s",), 0, f"        skip  {JOB}\n      create  {SPEC}\n", (SPEC,)),
        (("-f", "-q"), 0, "", (JOB, SPEC)),
        (("--pretend",), 0, f"    conflict  {JOB}\n{PRETENDED}", ()),
        (("--dry-run",), 0, f"    conflict  {JOB}\n{PRETENDED}", ()),
        (("-n", "-f"), 0, f"       force  {JOB}\n{PRETENDED}", ()),
        (("-p", "-q"), 0, "", ()),
        (("--no-input",), 3, "", ()),
        ((), 3, "", ()),
        (("-q",), 3, "", ()),
    ],
)
def test_a_file_with_another_text(
    tmp_path: Path, flags: tuple[str, ...], status: int, out: str, written: tuple[str, ...]
) -> None:
    root = Repo(files={JOB: "# mine\n"}).write(tmp_path)
    before = tree(root)

    done = sidekiq_gen(root, "job", "ProcessOrder", *flags)

    assert (done.status, done.out) == (status, out)
    texts = {JOB: PROCESS_ORDER.encode(), SPEC: PROCESS_ORDER_SPEC.encode()}
    assert tree(root) == before | {path: texts[path] for path in written}
    assert done.err == (
        f"error  Already there with different content: {JOB}.\n hint  Pass --force to overwrite or --skip to keep what "
        "is there; nothing was written.\n"
        if status
        else ""
    )


def test_a_conflict_in_the_spec_alone_writes_nothing_either(tmp_path: Path) -> None:
    root = Repo(files={SPEC: "# mine\n"}).write(tmp_path)
    before = tree(root)

    refused = document(root, "job", "ProcessOrder", status=3)

    assert refused == {
        "schema": 1,
        "error": {
            "code": "conflict",
            "message": f"Already there with different content: {SPEC}.",
            "hint": "Pass --force to overwrite or --skip to keep what is there; nothing was written.",
        },
        "files": [{"path": SPEC, "status": "conflict"}],
    }
    assert tree(root) == before


def test_quiet_prints_no_statuses_but_notices(tmp_path: Path) -> None:
    root = Repo().write(tmp_path)

    done = sidekiq_gen(root, "job", "ProcessOrder", "customer:record", "--quiet")

    assert (done.status, done.out) == (0, "")
    assert done.err == (
        "notice  No file in app/models defines Customer.\n"
        "        The spec is green once the model exists; --model names another one.\n"
    )
    assert (root / JOB).is_file()


@pytest.mark.parametrize("variable", [{}, {"CLICOLOR_FORCE": "1"}, {"NO_COLOR": "1"}, {"FORCE_COLOR": "1"}])
def test_no_colour_without_a_terminal(tmp_path: Path, variable: dict[str, str]) -> None:
    done = in_a_process(Repo(sidekiq="6.2.1").write(tmp_path), ["job", "ProcessOrder"], **variable)

    assert done.status == 0
    assert "\033" not in done.out + done.err


# JSON


def test_the_document_of_a_job(tmp_path: Path) -> None:
    root = Repo().write(tmp_path)

    done = sidekiq_gen(root, "job", "ProcessOrder", "--json")

    assert (done.status, done.err) == (0, "")
    told = json.loads(done.out)
    checklist = {item["name"]: item["satisfied"] for item in told.pop("checklist")}
    assert checklist == {
        "version": True,
        "idempotent": False,
        "small-arguments": True,
        "deleted-records": True,
        "permanent-errors": False,
        "external-calls": False,
        "concurrency": False,
        "tested": False,
    }
    assert told == {
        "schema": 1,
        "command": "job",
        "sidekiq": {"version": "7.3.2", "tree": "7", "source": "gem"},
        "class_name": "ProcessOrderJob",
        "next": [
            {"name": "enqueue", "text": "ProcessOrderJob.perform_async(order.id)"},
            {"name": "later", "text": "ProcessOrderJob.perform_in(1.hour, order.id)"},
            {"name": "test", "text": f"bundle exec rspec {SPEC}"},
        ],
        "files": [{"path": JOB, "status": "create"}, {"path": SPEC, "status": "create"}],
        "record": {"path": ".sidekiq-gen.record", "status": "create"},
        "notices": [],
        "command_line": "sidekiq-gen job ProcessOrder --model Order --no-input",
    }
    assert list(json.loads(done.out)) == [
        "schema",
        "command",
        "sidekiq",
        "class_name",
        "checklist",
        "next",
        "files",
        "record",
        "notices",
        "command_line",
    ]


def test_the_checklist_says_what_is_done_and_what_is_left(tmp_path: Path) -> None:
    root = Repo().write(tmp_path)

    bare = sidekiq_gen(root, "job", "ProcessOrder").checklist
    flags = ("--row-lock", "--check-then-act", "charged_at", "--idempotency-key", "--discard-on", "Gone")
    full = sidekiq_gen(root, "job", "ChargeOrder", *flags).checklist

    assert bare["done"].startswith("written for Sidekiq 7.3.2; takes ids, no records; missing records are skipped, ")
    assert "make the work idempotent (--check-then-act)" in bare["to do"]
    assert "locked in the database" in full["done"]
    assert "to do" not in full
    assert sidekiq_gen(root, "job", "ProcessOrder").checklist == {}  # nothing was written
    assert sidekiq_gen(root, "job", "ShipOrder", "--quiet").checklist == {}


@pytest.mark.parametrize(
    ("flags", "statuses"),
    [
        ((), ["identical", "create"]),
        (("--pretend",), ["identical", "create"]),
        (("--force",), ["identical", "create"]),
    ],
)
def test_the_document_tells_the_statuses(tmp_path: Path, flags: tuple[str, ...], statuses: list[str]) -> None:
    root = Repo(files={JOB: PROCESS_ORDER}).write(tmp_path)

    told = document(root, "job", "ProcessOrder", *flags)

    assert [file["status"] for file in told["files"]] == statuses
    assert (root / SPEC).exists() == ("--pretend" not in flags)


@pytest.mark.parametrize(("flag", "word"), [("--force", "force"), ("--skip", "skip"), ("--pretend", "conflict")])
def test_the_document_tells_what_became_of_a_conflict(tmp_path: Path, flag: str, word: str) -> None:
    told = document(Repo(files={JOB: "# mine\n"}).write(tmp_path), "job", "ProcessOrder", flag)

    pretended = [{"content": PROCESS_ORDER, "diff": CHANGE}, {"content": PROCESS_ORDER_SPEC, "diff": NEW_SPEC}]
    job, spec = pretended if flag == "--pretend" else ({}, {})
    assert told["files"] == [{"path": JOB, "status": word, **job}, {"path": SPEC, "status": "create", **spec}]


@pytest.mark.parametrize(
    ("arguments", "status", "code"),
    [
        (("job", "class"), 2, "invalid-name"),
        (("job",), 2, "usage"),
        (("job", "ProcessOrder", "--nope"), 2, "usage"),
        (("nope",), 2, "usage"),
        (("job", "ProcessOrder", "--sidekiq-version", "5.2.9"), 1, "sidekiq-too-old"),
        (("info", "--lockfile", "nope.lock"), 1, "no-lockfile"),
        (("patterns", "nope"), 2, "unknown-pattern"),
    ],
)
def test_the_document_of_a_refusal(tmp_path: Path, arguments: tuple[str, ...], status: int, code: str) -> None:
    root = Repo().write(tmp_path)
    before = tree(root)
    plainly = sidekiq_gen(root, *arguments)

    told = document(root, *arguments, status=status)

    assert list(told) == ["schema", "error"]
    assert told["schema"] == 1
    assert list(told["error"]) == ["code", "message", "hint"]
    assert told["error"]["code"] == code
    assert plainly.err == f"error  {told['error']['message']}\n hint  {told['error']['hint']}\n"
    assert (plainly.status, plainly.out) == (status, "")
    assert tree(root) == before


REPRODUCED = [
    *[*alone(), *gates()][::7],
    *(
        Case(name, Repo(), arguments, name)
        for name, arguments in (
            ("JobJob", ""),
            ("WorkerJob", "order:record"),
            ("ProcessJobJob", "at:time"),
            ("ProcessOrder", "--queue low-prio --retry false --dir app/sidekiq --test minitest --kind record"),
            ("billing/charge_customer_worker", "count:integer --model Restaurant --retry 0 --test none"),
            ("ProcessOrder", "--sidekiq-version 8.1.7 --database mysql --advisory-lock"),
            ("process_2fa", "amount_2:integer"),
            ("ProcessOrder", "--discard-on A::B --discard-on C --check-then-act settled_on --row-lock"),
            ("PurgeAll", "--lockfile Gemfile.lock --root ."),
        )
    ),
]


@pytest.mark.parametrize("case", REPRODUCED, ids=lambda case: f"{case.name}-{case.arguments[:30]}")
def test_the_command_line_gives_the_same_files_again(tmp_path: Path, case: Case) -> None:
    first, second = (case.repo.write(tmp_path / name) for name in ("first", "second"))
    told = document(first, "job", case.job, *case.arguments.split())
    words = shlex.split(told["command_line"])

    done = sidekiq_gen(second, *words[1:])

    assert words[0] == "sidekiq-gen"
    assert done.status == 0, done.err
    assert tree(second) == tree(first)
    assert len(tree(first)) == len(tree(case.repo.write(tmp_path / "third"))) + len(told["files"])


# where


def test_the_root_is_the_nearest_folder_above_with_a_lockfile(tmp_path: Path) -> None:
    root = Repo().write(tmp_path / "api")
    inside = root / "app/models"

    done = sidekiq_gen(inside, "job", "ProcessOrder")

    assert (done.status, done.out) == (0, f"      create  {JOB}\n      create  {SPEC}\n")
    assert (root / JOB).read_text() == PROCESS_ORDER


def test_root_names_another_folder(tmp_path: Path) -> None:
    root = Repo().write(tmp_path / "api")

    told = document(tmp_path, "job", "ProcessOrder", "--root", "api")

    assert told["command_line"] == "sidekiq-gen job ProcessOrder --model Order --root api --no-input"
    assert (root / JOB).read_text() == PROCESS_ORDER
    assert not (tmp_path / "app").exists()


def test_gems_locked_is_read_when_there_is_no_gemfile_lock(tmp_path: Path) -> None:
    root = Repo(sidekiq="8.0.6").write(tmp_path)
    (root / "Gemfile.lock").rename(root / "gems.locked")

    assert document(root, "job", "ProcessOrder")["sidekiq"] == {"version": "8.0.6", "tree": "8", "source": "gem"}

    (root / "Gemfile.lock").write_text(Repo(sidekiq="6.5.1").lockfile())
    assert document(root, "info")["sidekiq"]["version"] == "6.5.1"


def test_another_lockfile_can_be_named(tmp_path: Path) -> None:
    root = Repo().write(tmp_path)
    (root / "Gemfile.next.lock").write_text(Repo(sidekiq="8.1.7").lockfile())

    told = document(root, "job", "ProcessOrder", "--lockfile", "Gemfile.next.lock")

    assert told["sidekiq"] == {"version": "8.1.7", "tree": "8", "source": "gem"}
    assert document(root, "info", "--lockfile", "Gemfile.next.lock")["lockfile"] == "Gemfile.next.lock"


def test_a_lockfile_that_is_named_from_outside_of_any_repo_says_where_the_repo_is(tmp_path: Path) -> None:
    root = Repo().write(tmp_path / "shop")
    (tmp_path / "elsewhere").mkdir()

    done = sidekiq_gen(tmp_path / "elsewhere", "job", "ProcessOrder", "--lockfile", "../shop/Gemfile.lock")

    assert done.status == 0, done.err
    assert (root / JOB).is_file()
    assert tree(tmp_path / "elsewhere") == {}


@pytest.mark.parametrize(("version", "tree_name"), [("6.5.12", "6.5"), ("7.0.0", "7"), ("8.1", "8"), ("8", "8")])
def test_another_version_can_be_named(tmp_path: Path, version: str, tree_name: str) -> None:
    root = Repo(rails="6.1.7", sidekiq="5.2.9").write(tmp_path)

    told = document(root, "job", "ProcessOrder", "--sidekiq-version", version)

    assert told["sidekiq"] == {"version": version, "tree": tree_name, "source": "gem"}


def test_no_lockfile_at_all_is_no_obstacle_when_the_version_is_named(tmp_path: Path) -> None:
    (tmp_path / "app/models").mkdir(parents=True)
    (tmp_path / "app/models/order.rb").touch()

    told = document(tmp_path, "job", "ProcessOrder", "--sidekiq-version", "7.3.2")

    assert {item["name"] for item in told.pop("checklist") if not item["satisfied"]} >= {"tested", "idempotent"}
    assert [step["name"] for step in told.pop("next")] == ["enqueue", "later"]
    assert told == {
        "schema": 1,
        "command": "job",
        "sidekiq": {"version": "7.3.2", "tree": "7", "source": "gem"},
        "class_name": "ProcessOrderJob",
        "files": [{"path": JOB, "status": "create"}],
        "record": {"path": ".sidekiq-gen.record", "status": "create"},
        "notices": [
            {
                "code": "no-test-framework",
                "message": "No spec is written: the lockfile has neither rspec-rails nor Minitest.",
                "hint": "Pass --test rspec or --test minitest to have one.",
            },
            {
                "code": "runs-before-commit",
                "message": "A job that is pushed inside a transaction may run before the commit: it finds no Order and "
                "skips it, with a line in the log.",
                "hint": "Push in after_commit, or pass --on-missing retry.",
            },
        ],
        "command_line": "sidekiq-gen job ProcessOrder --model Order --sidekiq-version 7.3.2 --no-input",
    }
    assert (tmp_path / JOB).read_text() == PROCESS_ORDER


# releases


@pytest.mark.parametrize(
    ("version", "tree_name"),
    [
        ("6.0.0", "6.5"), ("6.0.0.pre2", "6.5"), ("6.2.2", "6.5"), ("6.4.2", "6.5"),
        ("6.5.0.beta1", "6.5"), ("6.5.0", "6.5"), ("6.5.1", "6.5"), ("6.5.2", "6.5"), ("6.5.12", "6.5"),
        ("7.0.0.beta1", "7"), ("7.0.0", "7"), ("7.0.7", "7"), ("7.0.8", "7"), ("7.1.2", "7"), ("7.1.3", "7"),
        ("7.1.5", "7"), ("7.2.0", "7"), ("7.3.0", "7"), ("7.3.10", "7"),
        ("8.0.0", "8"), ("8.0.7", "8"), ("8.1.0", "8"), ("8.1.1", "8"), ("8.99.99", "8"),
    ],
)  # fmt: skip
def test_every_supported_release_has_its_tree(tmp_path: Path, version: str, tree_name: str) -> None:
    root = Repo(sidekiq=version, rails="7.2.3").write(tmp_path)

    told = document(root, "job", "ProcessOrder")

    assert told["sidekiq"] == {"version": version, "tree": tree_name, "source": "gem"}
    module = "Sidekiq::Worker" if tree_name == "6.5" else "Sidekiq::Job"
    assert (root / JOB).read_text() == PROCESS_ORDER.replace("Sidekiq::Job", module)
    older = version.startswith("6.") and not version.startswith("6.5")
    codes = [notice["code"] for notice in told["notices"] if notice["code"] != "rails-pair"]
    assert codes == (["sidekiq-before-6.5"] if older else [])


@pytest.mark.parametrize(
    ("version", "code", "message"),
    [
        ("5.2.9", "sidekiq-too-old", "Sidekiq 5.2.9 is older than 6.0, the oldest supported."),
        ("5.99", "sidekiq-too-old", "Sidekiq 5.99 is older than 6.0, the oldest supported."),
        ("4.2.10", "sidekiq-too-old", "Sidekiq 4.2.10 is older than 6.0, the oldest supported."),
        ("9.0.0", "sidekiq-too-new", "Sidekiq 9.0.0 is newer than 8.x, the newest supported."),
        ("9.0.0.beta1", "sidekiq-too-new", "Sidekiq 9.0.0.beta1 is newer than 8.x, the newest supported."),
        ("10.1", "sidekiq-too-new", "Sidekiq 10.1 is newer than 8.x, the newest supported."),
    ],
)
@pytest.mark.parametrize("named", [True, False])
def test_every_other_release_is_refused(tmp_path: Path, version: str, code: str, message: str, *, named: bool) -> None:
    root = Repo(sidekiq="7.3.2" if named else version).write(tmp_path)
    before = tree(root)
    flags = ["--sidekiq-version", version] if named else []

    done = sidekiq_gen(root, "job", "ProcessOrder", *flags)

    hint = "Pass --sidekiq-version with a version from 6.0 to 8.x to write for that release instead of the one found."
    assert (done.status, done.out, done.err) == (1, "", f"error  {message}\n hint  {hint}\n")
    assert document(root, "job", "ProcessOrder", *flags, status=1)["error"] == {
        "code": code,
        "message": message,
        "hint": hint,
    }
    assert tree(root) == before


@pytest.mark.parametrize(
    ("section", "source"),
    [
        ("GIT\n  remote: https://git.example/sidekiq\n  revision: 1a2b3c\n  specs:\n", "git"),
        ("PATH\n  remote: vendor/sidekiq\n  specs:\n", "path"),
        ("GEM\n  remote: https://gems.example/\n  specs:\n", "gem"),
    ],
)
def test_sidekiq_is_found_in_every_section(tmp_path: Path, section: str, source: str) -> None:
    # A requirement of another gem, and a line in DEPENDENCIES, name other versions.
    specs = "    sidekiq (7.1.3)\n    wrapper (1.0)\n      sidekiq (~> 6.0)\n"
    (tmp_path / "Gemfile.lock").write_text(f"{section}{specs}\nDEPENDENCIES\n  sidekiq (~> 5.0)!\n")

    assert document(tmp_path, "job", "Purge")["sidekiq"] == {"version": "7.1.3", "tree": "7", "source": source}
    assert document(tmp_path, "info")["sidekiq"] == {
        "version": "7.1.3",
        "tree": "7",
        "source": source,
        "direct": True,
        "required_by": ["wrapper"],
    }


DEAD_IN_RETRY_IN = """  sidekiq_retry_in do |_count, error|
    :kill if error.is_a?(Gone) # a permanent error: straight to the Dead set
  end
"""


@pytest.mark.parametrize(
    ("version", "by_rescue"), [("6.0.7", True), ("6.5.1", True), ("6.5.2", False), ("8.1.7", False)]
)
def test_discarding_follows_the_exact_version(tmp_path: Path, version: str, *, by_rescue: bool) -> None:
    text = the_job(tmp_path, "ProcessOrder --discard-on Gone", Repo(sidekiq=version, rails="7.2.3"))

    assert (DEAD_IN_RETRY_IN in text) == (not by_rescue)
    assert ("  rescue Gone => e\n    bury(e, order_id)\n  end\n" in text) == by_rescue
    assert ("sidekiq_retry_in" in text) == (not by_rescue)


# sidekiq_options


@pytest.mark.parametrize(
    ("flags", "options"),
    [
        ("", 'queue: "default", retry: 5'),
        ("--queue low-priority", 'queue: "low-priority", retry: 5'),
        ("--queue a/b:c.d_e", 'queue: "a/b:c.d_e", retry: 5'),
        ("--retry 0", 'queue: "default", retry: 0'),
        ("--retry 25", 'queue: "default", retry: 25'),
        ("--retry false", 'queue: "default", retry: false'),
    ],
)
def test_the_options_and_their_order(tmp_path: Path, flags: str, options: str) -> None:
    text = the_job(tmp_path, f"ProcessOrder {flags}")

    assert text == PROCESS_ORDER.replace('queue: "default", retry: 5', options)


def test_the_options_of_a_unique_job(tmp_path: Path) -> None:
    line = "ProcessOrder --unique while_executing --on-conflict reschedule --unique-ttl 90 --retry 3 --queue search"

    text = the_job(tmp_path, line, Repo(unique_jobs="8.0.10"))

    options = text.partition("  sidekiq_options ")[2].partition("\n\n")[0].split("\n")
    assert [re.sub(" *#.*", "", option).strip() for option in options if option.strip()[0] != "#"] == [
        'queue: "search",',
        "retry: 3,",
        "lock: :while_executing,",
        "lock_ttl: 90,",
        "on_conflict: :reschedule",
    ]


def test_the_calls_at_class_level_keep_their_order(tmp_path: Path) -> None:
    repo = Repo(unique_jobs="8.0.10")
    line = "ProcessOrder --advisory-lock --on-locked retry --discard-on Gone --unique until_executed --idempotency-key"

    text = the_job(tmp_path, line, repo)

    places = [
        text.index(call)
        for call in (
            "class Pro",
            "  include ",
            "  class Locked",
            "  sidekiq_options ",
            "  sidekiq_retry_in ",
            "  def perform",
            "  private",
        )
    ]
    assert places == sorted(places)


# habits of the house


def job_text(
    name: str, *, module: str = "Sidekiq::Job", quote: str = '"', comment: bool = True, queue: str = ""
) -> str:
    magic = "# frozen_string_literal: true\n\n" if comment else ""
    return (
        f"{magic}class {name}\n  include {module}\n  sidekiq_options queue: {queue or f'{quote}low{quote}'}\n\n"
        f"  def perform\n    puts {quote}done{quote}\n  end\nend\n"
    )


def test_existing_jobs_decide_everything(tmp_path: Path) -> None:
    single = {"module": "Sidekiq::Worker", "quote": "'", "comment": False, "queue": ":low"}
    files = {
        "app/workers/first_worker.rb": job_text("FirstWorker", **single),  # type: ignore[arg-type]
        "app/workers/second_worker.rb": job_text("SecondWorker", **single),  # type: ignore[arg-type]
        "app/jobs/third_job.rb": job_text("ThirdJob"),
    }
    repo = Repo(sidekiq="8.1.7", rails="7.2.3", files=files)

    made = generate(tmp_path, "ProcessOrder --discard-on Gone --queue mailers", repo)

    assert list(made) == ["app/workers/process_order_worker.rb", "spec/workers/process_order_worker_spec.rb"]
    job, spec = made.values()
    assert job.startswith(
        "class ProcessOrderWorker\n  include Sidekiq::Worker\n  sidekiq_options queue: :mailers, retry: 5\n"
    )
    assert spec.startswith("require 'rails_helper'\n\nRSpec.describe ProcessOrderWorker do\n")
    assert '"' not in job.replace('"skipped: there is no Order #{order_id}"', "") + spec


def test_a_queue_that_is_no_symbol_stays_a_string(tmp_path: Path) -> None:
    files = existing(a_job=job_text("AJob", queue=":low"), b_job=job_text("BJob", queue=":high"))

    text = the_job(tmp_path, "ProcessOrder --queue low-priority", Repo(files=files))

    assert '  sidekiq_options queue: "low-priority", retry: 5\n' in text


@pytest.mark.parametrize(
    ("sidekiq", "module"),
    [("6.0.7", "Worker"), ("6.5.12", "Worker"), ("7.0.0", "Job"), ("7.3.2", "Job"), ("8.1.7", "Job")],
)
def test_without_jobs_the_tree_decides_on_the_module(tmp_path: Path, sidekiq: str, module: str) -> None:
    text = the_job(tmp_path, "ProcessOrder", Repo(sidekiq=sidekiq, rails="7.2.3"))

    assert text == PROCESS_ORDER.replace("Sidekiq::Job", f"Sidekiq::{module}")


@pytest.mark.parametrize("quotes", ["single", "double"])
@pytest.mark.parametrize("comment", [True, False])
def test_without_jobs_the_linter_decides(tmp_path: Path, quotes: str, *, comment: bool) -> None:
    repo = Repo(gems={"rubocop": "1.60.0"}, quotes=quotes, comment=comment)

    made = generate(tmp_path, "ProcessOrder", repo)

    expected = {JOB: PROCESS_ORDER, SPEC: PROCESS_ORDER_SPEC}
    for path, text in expected.items():
        styled = text.replace('"', "'").replace(*INTERPOLATED) if quotes == "single" else text
        expected[path] = styled if comment else styled.removeprefix("# frozen_string_literal: true\n\n")
    assert made == expected


def test_standard_wants_double_quotes_and_no_comment(tmp_path: Path) -> None:
    repo = Repo(gems={"standard": "1.35.0"}, quotes="single", comment=True)

    assert the_job(tmp_path, "ProcessOrder", repo) == PROCESS_ORDER.removeprefix("# frozen_string_literal: true\n\n")


def test_without_anything_the_defaults_decide(tmp_path: Path) -> None:
    assert generate(tmp_path, "ProcessOrder") == {JOB: PROCESS_ORDER, SPEC: PROCESS_ORDER_SPEC}


@pytest.mark.parametrize(
    ("directory", "job", "spec"),
    [
        ("app/sidekiq", "app/sidekiq/process_order_job.rb", "spec/sidekiq/process_order_job_spec.rb"),
        ("app/jobs/", JOB, SPEC),
        ("./app/jobs", JOB, SPEC),
        ("packs/shop/app/jobs", f"packs/shop/{JOB}", f"packs/shop/{SPEC}"),
        ("lib/jobs", "lib/jobs/process_order_job.rb", "spec/lib/jobs/process_order_job_spec.rb"),
    ],
)
def test_the_folder_can_be_named(tmp_path: Path, directory: str, job: str, spec: str) -> None:
    made = generate(tmp_path, f"ProcessOrder --dir {directory}")

    assert made == {job: PROCESS_ORDER, spec: PROCESS_ORDER_SPEC}


# namespaces


@pytest.mark.parametrize(
    ("files", "opened"),
    [
        ({}, "module Billing\n  module Cards\n    class ChargeJob\n"),
        (
            {"app/models/billing.rb": "class Billing < ApplicationRecord\nend\n"},
            "class Billing\n  module Cards\n    class Ch",
        ),
        ({"app/models/billing.rb": "module Billing\nend\n"}, "module Billing\n  module Cards\n    class ChargeJob\n"),
        (
            {"app/models/billing/cards.rb": "module Billing\n  class Cards\n  end\nend\n"},
            "module Billing\n  class Cards\n    class ChargeJob\n",
        ),
    ],
)
def test_a_namespace_is_opened_as_what_it_is(tmp_path: Path, files: dict[str, str], opened: str) -> None:
    text = the_job(tmp_path, "Billing::Cards::Charge", Repo(files=files))

    assert text.startswith(f"# frozen_string_literal: true\n\n{opened}")
    assert text.endswith("\n    end\n  end\nend\n")


# specs


@pytest.mark.parametrize(
    ("repo", "record"),
    [
        (Repo(), "  let(:order) { create(:order) }\n"),
        (Repo(files={"spec/support/factory_bot.rb": ""}), "  let(:order) { FactoryBot.create(:order) }\n"),
        (
            Repo(files={"spec/factories.rb": "FactoryBot.define do\nend\n"}),
            "  let(:order) { instance_double(Order, id: 1) }\n",
        ),
        (Repo(records="double"), "  let(:order) { instance_double(Order, id: 1) }\n"),
        (
            Repo(
                records="double",
                gems={"fabrication": "2.31"},
                files={"spec/fabricators/order_fabricator.rb": "Fabricator(:order)\n"},
            ),
            "  let(:order) { Fabricate(:order) }\n",
        ),
    ],
)
def test_where_a_spec_takes_its_record_from(tmp_path: Path, repo: Repo, record: str) -> None:
    text = the_test(tmp_path, "ProcessOrder", repo)

    assert [f"{line}\n" for line in text.split("\n") if "let(:order)" in line] == [record]


def test_where_a_minitest_takes_its_record_from(tmp_path: Path) -> None:
    lines = {}
    for records in ("factory", "fixture", "double"):
        repo = Repo(rspec=False, records=records, files={"test/support/factory_bot.rb": "", "test/.keep": ""})
        text = generate(tmp_path / records, "ProcessOrder", repo)[TEST]
        setup = text.partition("  setup do\n")[2].partition("  end\n")[0].split("\n")
        lines[records] = [line.strip() for line in setup if line]

    job = "@job = ProcessOrderJob.new"
    assert lines == {
        "factory": [job, "@order = FactoryBot.create(:order)"],
        "fixture": [job, "@order = orders(:one)"],
        "double": [job, "@order = Order.new(id: 1)"],
    }
    assert "Order.stub(:find_by, ->(id:) { @order if id == @order.id }) { @job.perform(*handed) }" in text


@pytest.mark.parametrize(
    ("flags", "paths"),
    [
        ("", [JOB, SPEC]),
        ("--test rspec", [JOB, SPEC]),
        ("--test minitest", [JOB, TEST]),
        ("--test none", [JOB]),
    ],
)
def test_the_framework_can_be_named(tmp_path: Path, flags: str, paths: list[str]) -> None:
    assert list(generate(tmp_path, f"ProcessOrder {flags}")) == paths


# databases


@pytest.mark.parametrize(
    ("adapter", "flags", "query"),
    [
        ("pg", "", "pg_try_advisory_xact_lock"),
        ("pg", "--lock-scope transaction", "pg_try_advisory_xact_lock"),
        ("pg", "--lock-scope session", "pg_try_advisory_lock"),
        ("mysql2", "", "GET_LOCK"),
        ("trilogy", "--lock-scope session", "GET_LOCK"),
        ("mysql2", "--database postgresql", "pg_try_advisory_xact_lock"),
    ],
)
def test_the_advisory_lock_is_that_of_the_database(tmp_path: Path, adapter: str, flags: str, query: str) -> None:
    text = the_job(tmp_path, f"ProcessOrder --advisory-lock {flags}", Repo(adapter=adapter))

    known = ("pg_try_advisory_xact_lock", "pg_try_advisory_lock", "GET_LOCK")
    assert [name for name in known if name in text] == [query]


# the rest


def test_version_and_help(tmp_path: Path) -> None:
    assert sidekiq_gen(tmp_path, "--version").out == f"sidekiq-gen {__version__}\n"
    for arguments in (("--help",), ("job", "--help"), ("info", "-h"), ("patterns", "--help")):
        done = sidekiq_gen(tmp_path, *arguments)
        assert (done.status, done.err) == (0, "")
        assert done.out.startswith("Usage: sidekiq-gen ")
    shown = sidekiq_gen(tmp_path, "job", "--help").out
    options = (
        "--model --kind --queue --retry --dir --test --check-then-act --idempotency-key --advisory-lock --lock-scope "
        "--on-locked --row-lock --discard-on --discard-to --unique --unique-ttl --on-conflict --force --skip --pretend "
        "--quiet --no-input --json --root --lockfile --sidekiq-version -f -s -p -q"
    )
    assert [option for option in options.split() if f"{option} " not in shown and f"{option}," not in shown] == []


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_is_shown_for_the_shell_that_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], shell: str
) -> None:
    monkeypatch.setattr("shellingham.detect_shell", lambda: (shell, f"/bin/{shell}"))
    monkeypatch.setenv("HOME", str(tmp_path))

    with pytest.raises(SystemExit) as left:
        run(["--show-completion"])

    assert left.value.code == 0
    assert f"_SIDEKIQ_GEN_COMPLETE=complete_{shell}" in capsys.readouterr().out
    assert list(tmp_path.iterdir()) == []


def test_without_a_command_the_help_is_shown_as_a_usage_error(tmp_path: Path) -> None:
    done = sidekiq_gen(tmp_path)

    assert (done.status, done.err) == (2, "")
    assert done.out.startswith("Usage: sidekiq-gen ")


def test_an_interrupt_exits_with_130_and_writes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    root = Repo().write(tmp_path)
    before = tree(root)
    monkeypatch.setattr(one, "generate_job", interrupted)

    assert sidekiq_gen(root, "job", "ProcessOrder").status == 130
    assert tree(root) == before


def test_the_catalogue_says_what_can_be_had_here(tmp_path: Path) -> None:
    here = document(Repo(adapter="sqlite3").write(tmp_path), "patterns")

    assert list(here) == ["schema", "patterns", "notices"]
    assert {one["name"]: one["reason"] for one in here["patterns"] if not one["available"]} == {
        "claim": "--kind claim is not available on SQLite, which has no row locks.",
        "unique": "--unique needs sidekiq-unique-jobs, which is not in the lockfile.",
        "advisory-lock": "--advisory-lock is not available on SQLite, which has no advisory locks.",
        "row-lock": "--row-lock is not available on SQLite, which has no row locks.",
        "throttle": "--throttle needs sidekiq-throttled or Sidekiq Enterprise, and neither is in the lockfile.",
    }
    assert len(here["patterns"]) == len(KINDS) + len(PATTERNS)
    shown = sidekiq_gen(tmp_path, "patterns").out
    listed = [line.split()[0] for line in shown.splitlines() if line.startswith("  ") and not line.startswith("   ")]
    assert listed == [one["name"] for one in here["patterns"]]
    assert "not available here: --kind claim is not available on SQLite" in shown


@pytest.mark.parametrize("name", [*(kind.name for kind in KINDS), *(one.name for one in PATTERNS)])
def test_each_is_explained_and_shown_for_this_repo(tmp_path: Path, name: str) -> None:
    gems = {"sidekiq-throttled": "1.5.2"}
    root = replace(Repo(), unique_jobs="8.0.10", gems=gems).write(tmp_path)

    told = document(root, "patterns", name)["patterns"][0]
    shown = sidekiq_gen(root, "patterns", name).out

    assert told["available"]
    assert told["example"].startswith(("# frozen_string_literal: true\n\nclass ProcessRecord", "class ProcessRecord"))
    assert all(line.strip() in shown for line in told["example"].splitlines())
    wanted = {"Use it", "Not", "It costs", "Flags of job", "In this repo"}
    headings = [line for line in shown.splitlines() if line in wanted]
    assert headings == ["Use it", "Not", "It costs", *(["Flags of job"] if told["flags"] else []), "In this repo"]


def test_one_pattern_is_described(tmp_path: Path) -> None:
    root = replace(Repo(), unique_jobs="8.0.10").write(tmp_path)

    told = document(root, "patterns", "unique")["patterns"]
    shown = sidekiq_gen(root, "patterns", "unique")

    assert [one["flags"] for one in told] == [["--unique", "--unique-ttl", "--on-conflict"]]
    assert (shown.status, shown.err) == (0, "")
    assert " ".join(told[0]["description"].split()) in " ".join(shown.out.split())


# lines


def test_arguments_that_look_alike_are_all_separated(tmp_path: Path) -> None:
    names = [f"argument_number_{number}" for number in range(40)]

    text = the_test(tmp_path, f"Report {' '.join(f'{name}:integer' for name in names)}")

    def sevens(margin: str) -> str:
        return f",\n{margin}".join(["7"] * 40)

    assert f"    expect(job).to have_received(:report).with(\n      {sevens(' ' * 6)}\n    )\n" in text
    assert f"    job.perform(\n      {sevens(' ' * 6)}\n    )\n" in text


@pytest.mark.parametrize("depth", range(4))
@pytest.mark.parametrize("repo", [Repo(), MYSQL], ids=["postgresql", "mysql"])
def test_no_line_is_too_long_in_a_namespace(tmp_path: Path, repo: Repo, depth: int) -> None:
    flags = "--advisory-lock --lock-scope session --check-then-act charged_at --discard-on PaymentGateway::CardDeclined"

    files = generate(tmp_path, f"{'Billing::' * depth}SettleInvoice order:record {flags}", repo)

    assert {path: max(map(len, text.split("\n"))) <= 120 for path, text in files.items()} == dict.fromkeys(files, True)


def test_a_record_that_is_called_job_does_not_take_the_place_of_the_job_in_its_spec(tmp_path: Path) -> None:
    root = Repo(records="double").write(tmp_path)

    assert sidekiq_gen(root, "job", "PublishPosting", "job:record", "--no-input").status == 0

    spec = (root / "spec/jobs/publish_posting_job_spec.rb").read_text(encoding="utf-8")
    assert "let(:job) { described_class.new }" in spec
    assert "let(:job_record) { instance_double(Job, id: 1) }" in spec
    assert "job.perform(job_record.id)" in spec
    job = (root / "app/jobs/publish_posting_job.rb").read_text(encoding="utf-8")
    assert "def perform(job_id)\n    job_record = Job.find_by(id: job_id)\n" in job
    assert 'logger.warn("skipped: there is no Job #{job_id}") unless job_record\n' in job


def test_an_argument_that_has_the_name_of_the_guessed_model_is_taken_at_its_word(tmp_path: Path) -> None:
    root = Repo().write(tmp_path)

    assert sidekiq_gen(root, "job", "ProcessOrder", "order:string", "--no-input").status == 0

    assert "  def perform(order)\n    process_order(order)\n" in (root / JOB).read_text(encoding="utf-8")


@pytest.mark.parametrize(("sidekiq", "status"), [("6.5.1", 1), ("6.5.2", 0)])
def test_runtime_errors_are_not_swallowed_by_a_rescue(tmp_path: Path, sidekiq: str, status: int) -> None:
    root = Repo(sidekiq=sidekiq).write(tmp_path)

    done = sidekiq_gen(root, "job", "ProcessOrder", "--discard-on", "RuntimeError", "--no-input")

    assert done.status == status
    assert (root / JOB).exists() == (status == 0)
