"""Where a new job goes: beside the jobs of its namespace, in the part of the repo that its model is in."""

from __future__ import annotations

import json
from textwrap import indent
from typing import TYPE_CHECKING

import pytest

from sidekiq_gen.rails.app import RailsApp
from support.command import sidekiq_gen, tree
from support.repos import Repo

if TYPE_CHECKING:
    from pathlib import Path

APP_IS_A_ROOT = {"config/application.rb": "config.autoload_paths += %W[#{config.root}/app]\n"}


def jobs(folder: str, *names: str, nested: bool = True) -> dict[str, str]:
    """Three jobs or so: each ``Billing::ChargeJob`` at its place below a folder, whose own namespace is taken off."""
    files = {}
    for name in names:
        *outer, own = name.split("::")
        path = own[0].lower() + "".join(f"_{one.lower()}" if one.isupper() else one for one in own[1:])
        text = f"class {own}\n  include Sidekiq::Job\n\n  def perform(id)\n  end\nend\n"
        for one in reversed(outer):
            text = f"module {one}\n{indent(text, '  ')}end\n"
        above = "".join(f"{one.lower()}/" for one in outer) if nested else ""
        files[f"{folder}/{above}{path}.rb"] = text
    return files


WORKERS = {
    **jobs("app/workers", "Workers::MailUser", "Workers::ImportUser", "Workers::DropUser", nested=False),
    **APP_IS_A_ROOT,
}
CLAIMS = {
    **jobs("app/workers", "SyncUser", "MailUser", "DropUser", "ClaimUser"),
    **jobs("modules/claims/app/workers", "Claims::SubmitPoa"),
}


def written(root: Path, files: dict[str, str], *words: str) -> dict[str, str]:
    """The files that a job and its spec are written to, with their text."""
    Repo(files=files).write(root)
    before = tree(root)
    done = sidekiq_gen(root, "job", *words)
    assert done.status == 0, done.err
    return {path: text.decode() for path, text in tree(root).items() if path not in before}


@pytest.mark.parametrize("name", ["ExportOrder", "Workers::ExportOrder", "workers/export_order", "export_order"])
@pytest.mark.parametrize("files", [WORKERS, {path: text for path, text in WORKERS.items() if "config" not in path}])
def test_a_folder_may_be_a_namespace(tmp_path: Path, name: str, files: dict[str, str]) -> None:
    new = written(tmp_path, files, name)

    assert [*new] == ["app/workers/export_order.rb", "spec/workers/export_order_spec.rb"]
    assert "module Workers\n  class ExportOrder\n" in new["app/workers/export_order.rb"]
    assert "describe Workers::ExportOrder do" in new["spec/workers/export_order_spec.rb"]


def test_deeper_namespaces_have_folders_of_their_own_in_it(tmp_path: Path) -> None:
    new = written(tmp_path, WORKERS, "Mail::Remind", "days:integer")

    assert "module Workers\n  module Mail\n    class Remind\n" in new["app/workers/mail/remind.rb"]


def test_the_job_for_each_record_is_in_the_same_namespace(tmp_path: Path) -> None:
    new = written(tmp_path, WORKERS, "ExportOrders", "--kind", "fan-out")

    assert "module Workers\n  class ExportOrder\n" in new["app/workers/export_order.rb"]
    assert "Workers::ExportOrder.perform_bulk" in new["app/workers/export_orders.rb"]


def test_the_health_check_is_as_well(tmp_path: Path) -> None:
    root = Repo(files=WORKERS).write(tmp_path)
    done = sidekiq_gen(root, "install", "--health-check")

    assert done.status == 0, done.err
    text = (root / "app/workers/sidekiq_health_check.rb").read_text()
    assert "module Workers\n  # Alerts when too many jobs are dead. Schedule it every few minutes.\n" in text
    assert "\n  class SidekiqHealthCheck\n    include Sidekiq::Job\n" in text


@pytest.mark.parametrize(
    ("files", "words", "paths"),
    [
        (
            CLAIMS,
            ["Claims::SyncOrder"],
            [
                "modules/claims/app/workers/claims/sync_order.rb",
                "modules/claims/spec/workers/claims/sync_order_spec.rb",
            ],
        ),
        (CLAIMS, ["SyncOrder"], ["app/workers/sync_order.rb", "spec/workers/sync_order_spec.rb"]),
        (CLAIMS, ["Other::SyncOrder"], ["app/workers/other/sync_order.rb", "spec/workers/other/sync_order_spec.rb"]),
        (
            CLAIMS,
            ["Claims::SyncOrder", "--dir", "app/workers"],
            ["app/workers/claims/sync_order.rb", "spec/workers/claims/sync_order_spec.rb"],
        ),
        (
            CLAIMS | jobs("app/jobs", "Tax::A", "Tax::B") | jobs("app/sidekiq", "Tax::Vat::C"),
            ["Tax::Vat::SyncOrder"],
            ["app/sidekiq/tax/vat/sync_order.rb", "spec/sidekiq/tax/vat/sync_order_spec.rb"],
        ),
    ],
)
def test_a_job_goes_beside_those_of_its_namespace(
    tmp_path: Path, files: dict[str, str], words: list[str], paths: list[str]
) -> None:
    assert [*written(tmp_path, files, *words)] == paths


INVOICE = "module Billing\n  class Invoice < ApplicationRecord\n  end\nend\n"
BILLING = {"packs/billing/app/models/billing/invoice.rb": INVOICE}


@pytest.mark.parametrize(
    ("files", "words", "path"),
    [
        (BILLING, ["ChargeInvoice", "--model", "Billing::Invoice"], "packs/billing/app/jobs/charge_invoice_job.rb"),
        (BILLING, ["Billing::ChargeInvoice"], "packs/billing/app/jobs/billing/charge_invoice_job.rb"),
        (BILLING, ["Billing::Sweep"], "packs/billing/app/jobs/billing/sweep_job.rb"),
        (BILLING, ["Billing::ChargeOrder", "--model", "Order"], "app/jobs/billing/charge_order_job.rb"),
        (BILLING, ["SettleOrder"], "app/jobs/settle_order_job.rb"),
        (BILLING | CLAIMS, ["Billing::ChargeInvoice"], "packs/billing/app/workers/billing/charge_invoice.rb"),
        (
            BILLING | CLAIMS | {"packs/billing/app/jobs/x.txt": ""},
            ["Billing::ChargeInvoice"],
            "packs/billing/app/jobs/billing/charge_invoice.rb",
        ),
        (
            BILLING | CLAIMS | jobs("packs/billing/app/sidekiq", "DunUser"),
            ["Billing::ChargeInvoice"],
            "packs/billing/app/sidekiq/billing/charge_invoice.rb",
        ),
        (
            {**BILLING, "packs/tax/app/services/billing/rate.rb": ""},
            ["Billing::Sweep"],
            "app/jobs/billing/sweep_job.rb",
        ),
    ],
)
def test_a_job_goes_where_its_model_or_namespace_is(
    tmp_path: Path, files: dict[str, str], words: list[str], path: str
) -> None:
    assert path in written(tmp_path, files, *words)


@pytest.mark.parametrize(
    ("files", "words", "path", "class_name"),
    [
        ({}, ["Sync", "--dir", "app/jobs"], "app/jobs/sync_job.rb", "SyncJob"),
        ({}, ["Sync", "--dir", "app/jobs/billing"], "app/jobs/billing/sync_job.rb", "Billing::SyncJob"),
        ({}, ["Billing::Sync", "--dir", "app/jobs/billing"], "app/jobs/billing/sync_job.rb", "Billing::SyncJob"),
        ({}, ["Sync", "--dir", "packs/tax/app/jobs"], "packs/tax/app/jobs/sync_job.rb", "SyncJob"),
        ({}, ["Sync", "--dir", "tasks"], "tasks/sync_job.rb", "SyncJob"),
        (WORKERS, ["Sync", "--dir", "app"], "app/sync.rb", "Sync"),
        (WORKERS, ["Sync", "--dir", "app/jobs"], "app/jobs/sync.rb", "Sync"),
        (
            {
                "packs/shop/package.yml": "metadata:\n  automatic_pack_namespace: true\n",
                "packs/shop/app/jobs/x.txt": "",
            },
            ["Shop::Sync", "--dir", "packs/shop/app/jobs"],
            "packs/shop/app/jobs/sync_job.rb",
            "Shop::SyncJob",
        ),
    ],
)
def test_the_class_is_called_as_its_folder_is_loaded(
    tmp_path: Path, files: dict[str, str], words: list[str], path: str, class_name: str
) -> None:
    new = written(tmp_path, files, *words)
    *outer, own = class_name.split("::")

    assert "".join(f"module {one}\n  " for one in outer) + f"class {own}\n" in new[path]


def test_what_is_in_the_namespace_of_a_job_is_no_job(tmp_path: Path) -> None:
    files = {
        "app/jobs/feeds/poll.rb": "module Feeds\n  class Poll\n    include Sidekiq::Job\n  end\nend\n",
        "app/jobs/feeds/lib/cache.rb": "module Feeds\n  class Cache\n  end\nend\n",
    }

    assert [job.name for job in RailsApp(Repo(files=files).write(tmp_path), None).job_files] == ["Feeds::Poll"]


def test_a_model_may_be_around_a_job(tmp_path: Path) -> None:
    text = "class Order\n  class SyncJob\n    include Sidekiq::Job\n\n    def perform(id)\n    end\n  end\nend\n"
    app = RailsApp(Repo(files={"app/jobs/order/sync_job.rb": text}).write(tmp_path), None)

    assert [job.name for job in app.job_files] == ["Order::SyncJob"]


@pytest.mark.parametrize(
    ("name", "path"),
    [("Tax::Sync", "app/sidekiq/tax/sync.rb"), ("Claims::Sync", "modules/claims/app/workers/claims/sync.rb")],
)
def test_the_folder_that_is_set_for_good_is_that_of_the_application(tmp_path: Path, name: str, path: str) -> None:
    files = CLAIMS | jobs("app/jobs", "Tax::A", "Tax::B")

    assert path in written(tmp_path, {**files, ".sidekiq-gen.toml": '[house]\ndirectory = "app/sidekiq"\n'}, name)


def told(root: Path, files: dict[str, str]) -> dict[str, str]:
    """What info says of folders, by its labels."""
    done = sidekiq_gen(Repo(files=files).write(root), "info")
    assert done.status == 0, done.err
    labels = ("Parts", "Also loaded from", "Folder namespaces", "Collapsed folders", "Jobs go to", "In ")
    lines = [line for line in done.out.split("\n") if line.startswith(labels)]
    return {line[:20].strip(): line[20:] for line in lines}


def test_info_shows_the_folders_that_are_not_the_usual_ones(tmp_path: Path) -> None:
    loader = 'loader.push_dir("lib/tax", namespace: Tax)\nloader.collapse("app/models/a", "app/models/b")\n'
    files = {
        **WORKERS,
        "config/initializers/zeitwerk.rb": loader,
        "lib/tax/rate.rb": "",
        "app/models/a/c.rb": "",
        "app/models/b/d.rb": "",
        "packs.yml": "pack_paths: [domains/*]\n",
        "domains/shop/package.yml": "",
        **{f"{place}/app/models/{place[-1]}.rb": "" for place in ("domains/shop", *(f"packs/p{n}" for n in range(6)))},
    }

    assert told(tmp_path, files) == {
        "Parts": "packs/p0, packs/p1, packs/p2, packs/p3, packs/p4, packs/p5 and 1 more (packs/*, packs.yml)",
        "Also loaded from": "app, lib/tax as Tax (config/application.rb, config/initializers/zeitwerk.rb)",
        "Folder namespaces": "app/workers as Workers (as the files in it say)",
        "Collapsed folders": "app/models/a, app/models/b",
        "Jobs go to": "app/workers (3 of 3 existing jobs)",
    }


def test_and_says_nothing_of_those_that_are(tmp_path: Path) -> None:
    files = {"config/application.rb": "config.autoload_lib(ignore: %w[tasks])\n", "lib/a.rb": "", "app/jobs/x.rb": ""}

    assert told(tmp_path, files) == {"Jobs go to": "app/jobs"}


def test_info_shows_where_the_jobs_of_a_namespace_go(tmp_path: Path) -> None:
    files = CLAIMS | jobs("modules/claims/app/workers", "Claims::A", "Claims::B")

    assert told(tmp_path, files)["In Claims"].startswith(
        "jobs go to: modules/claims/app/workers (3 of 3 existing jobs of Claims)"
    )


def test_programs_are_told_as_well(tmp_path: Path) -> None:
    done = sidekiq_gen(Repo(files=WORKERS).write(tmp_path), "info", "--json")

    assert json.loads(done.out)["conventions"]["folders"] == {
        "parts": [],
        "further": [
            {"folder": "app/workers", "namespace": "Workers", "source": ""},
            {"folder": "app", "namespace": "", "source": "config/application.rb"},
        ],
        "collapsed": [],
    }
