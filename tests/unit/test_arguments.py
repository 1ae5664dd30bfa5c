"""Arguments that a job had better not have, and what a push of it returns."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from support.command import sidekiq_gen
from support.repos import Repo

if TYPE_CHECKING:
    from pathlib import Path

ORDERS = {"app/models/order.rb": "class Order < ApplicationRecord\nend\n"}
WAITS = {"config/initializers/push.rb": "Sidekiq.transactional_push!\n"}
RETURNED = {"nil-for-a-duplicate", "id-of-no-job", "id-before-commit"}


def notices(root: Path, *arguments: str) -> dict[str, dict[str, str]]:
    done = sidekiq_gen(root, "job", "ChargeCustomer", *arguments, "--json", "--no-input")
    assert done.status == 0, done.err
    return {notice["code"]: notice for notice in json.loads(done.out)["notices"]}


@pytest.mark.parametrize(
    ("argument", "alternative"),
    [
        ("ids:array", "--kind fan-out writes both jobs"),
        ("invoice_ids:array", "--kind fan-out writes both jobs"),
        ("order_ids:array", "--kind fan-out --model Order writes both jobs"),
        ("orders:array", "--kind fan-out --model Order writes both jobs"),
    ],
)
@pytest.mark.parametrize(
    ("sidekiq", "push"),
    [("6.2.2", 'Sidekiq::Client.push_bulk("class" => ChargeCustomerJob, "args" => '), ("6.3.0", "perform_bulk(")],
)
def test_many_ids_in_one_job_get_the_alternative(
    tmp_path: Path, argument: str, alternative: str, sidekiq: str, push: str
) -> None:
    told = notices(Repo(sidekiq=sidekiq, files=ORDERS).write(tmp_path), argument, "--kind", "plain")

    assert alternative in told["many-in-one-job"]["hint"]
    assert push in told["many-in-one-job"]["hint"]
    assert "ids.zip)" in told["many-in-one-job"]["hint"]


@pytest.mark.parametrize("argument", ["tags:array", "settings:array", "ids:string", "order_id:integer", "news:array"])
def test_other_lists_are_nobodys_business(tmp_path: Path, argument: str) -> None:
    told = notices(Repo(files=ORDERS).write(tmp_path), argument, "--kind", "plain")

    assert not told.keys() & {"many-in-one-job", "copy-in-arguments"}


def test_a_hash_is_said_to_be_a_copy(tmp_path: Path) -> None:
    root = Repo(files=ORDERS).write(tmp_path)

    assert "pass an id" in notices(root, "payload:hash", "--kind", "plain", "--pretend")["copy-in-arguments"]["hint"]
    assert "from the order" in notices(root, "order:record", "payload:hash")["copy-in-arguments"]["hint"]


@pytest.mark.parametrize(
    ("repo", "flags", "code"),
    [
        (Repo(unique_jobs="8.0.10"), "--unique until_executed", "nil-for-a-duplicate"),
        (Repo(unique_jobs="8.0.10"), "--unique until_executed --on-conflict replace", "nil-for-a-duplicate"),
        (Repo(unique_jobs="8.0.10"), "--unique while_executing", ""),
        (Repo(unique_jobs="8.0.10"), "", ""),
        (Repo(gems={"sidekiq-ent": "7.3.4"}), "--unique until_executed", ""),
        (Repo(unique_jobs="8.0.10", files=WAITS), "--unique until_executed", "id-of-no-job"),
        (Repo(unique_jobs="8.0.10", files=WAITS), "--unique while_executing", "id-before-commit"),
        (Repo(files=WAITS), "", "id-before-commit"),
        (Repo(unique_jobs="8.0.10"), "--kind fan-out --model Order --unique until_executing", "nil-for-a-duplicate"),
    ],
)
def test_what_a_push_returns_is_said_where_it_matters(tmp_path: Path, repo: Repo, flags: str, code: str) -> None:
    subject = [] if "fan-out" in flags else ["order:record"]

    told = notices(repo.write(tmp_path), *subject, *flags.split())

    assert told.keys() & RETURNED == ({code} if code else set())
