"""`sidekiq-gen rename`: each step, what it changes, what it tells, and what it refuses."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from sidekiq_gen.check.parsing import parse
from sidekiq_gen.record.book import read_book
from sidekiq_gen.record.entry import identity
from support.command import sidekiq_gen, tree
from support.deploys import write
from support.repos import Repo

if TYPE_CHECKING:
    from pathlib import Path

JOB = """\
# frozen_string_literal: true

# Charges an order.
class ChargeJob
  include Sidekiq::Job
  sidekiq_options queue: :low

  def perform(order_id)
    Order.find(order_id).charge!
  end
end
"""
NESTED = """\
module Billing
  class ChargeJob
    include Sidekiq::Job

    def perform(order_id)
      self.class.perform_in(60, order_id)
    end
  end
end
"""
SPEC = """\
# frozen_string_literal: true

require "rails_helper"

RSpec.describe ChargeJob do
  it "charges" do
    expect { ChargeJob.perform_async(1) }.to change(described_class.jobs, :size)
  end
end
"""
FILES = {
    "app/jobs/charge_job.rb": JOB,
    "spec/jobs/charge_job_spec.rb": SPEC,
    "app/models/order.rb": "class Order\n  def pay\n    ChargeJob.perform_async(id)\n  end\nend\n",
}


def repo(root: Path, files: dict[str, str], **more: str) -> Path:
    return write(Repo(records="none", **more).write(root), files)  # type: ignore[arg-type]


def run(root: Path, *words: str, status: int = 0) -> dict[str, str]:
    """The files that a step has changed, by path; a file that is gone is empty."""
    before = tree(root)
    done = sidekiq_gen(root, "rename", *words)
    assert done.status == status, done.err
    after = tree(root)
    paths = {path for path in {*before, *after} if before.get(path) != after.get(path)}
    texts = {path: after.get(path, b"").decode() for path in sorted(paths)}
    assert [path for path, text in texts.items() if path.endswith(".rb") and parse(text.encode()).has_error] == []
    return texts


def refusal(root: Path, *words: str) -> tuple[int, str]:
    before = tree(root)
    done = sidekiq_gen(root, "rename", *words, "--json")
    assert tree(root) == before
    return done.status, json.loads(done.out)["error"]["code"]


def test_three_steps(tmp_path: Path) -> None:
    root = repo(tmp_path, FILES)

    first = run(root, "ChargeJob", "CollectJob")
    second = run(root, "charge_job", "collect", "--step", "2")
    third = run(root, "Charge", "CollectJob", "--step", "3")

    assert first == {
        "app/jobs/charge_job.rb": (
            "# frozen_string_literal: true\n\n# Jobs of this name may still wait in Sidekiq's queues and sets.\n"
            "class ChargeJob < CollectJob\nend\n"
        ),
        "app/jobs/collect_job.rb": JOB.replace("ChargeJob", "CollectJob"),
        "spec/jobs/charge_job_spec.rb": (
            '# frozen_string_literal: true\n\nrequire "rails_helper"\n\nRSpec.describe ChargeJob do\n'
            '  it "hands over to CollectJob" do\n    expect(described_class).to be < CollectJob\n  end\nend\n'
        ),
        "spec/jobs/collect_job_spec.rb": SPEC.replace("ChargeJob", "CollectJob"),
    }
    assert second == {"app/models/order.rb": FILES["app/models/order.rb"].replace("ChargeJob", "CollectJob")}
    assert third == {"app/jobs/charge_job.rb": "", "spec/jobs/charge_job_spec.rb": ""}


def test_what_is_told_of_a_step(tmp_path: Path) -> None:
    root = repo(tmp_path, FILES)

    pretended = sidekiq_gen(root, "rename", "ChargeJob", "CollectJob", "--pretend")
    document = json.loads(sidekiq_gen(root, "rename", "ChargeJob", "CollectJob", "--json").out)
    second = sidekiq_gen(root, "rename", "ChargeJob", "CollectJob", "--step", "2")

    assert "+class ChargeJob < CollectJob\n" in pretended.out
    assert (document["command"], document["class_name"]) == ("rename", "CollectJob")
    assert [(file["path"], file["status"]) for file in document["files"]] == [
        ("app/jobs/collect_job.rb", "create"),
        ("app/jobs/charge_job.rb", "insert"),
        ("spec/jobs/collect_job_spec.rb", "create"),
        ("spec/jobs/charge_job_spec.rb", "insert"),
    ]
    assert document["command_line"] == "sidekiq-gen rename ChargeJob CollectJob --step 1 --no-input"
    assert [one["name"] for one in document["next"]] == ["step-2"]
    assert "--step 3" in second.checklist["next"]
    assert 'job.display_class == "ChargeJob"' in second.checklist["next"]


@pytest.mark.parametrize(
    ("before", "expected"),
    [
        pytest.param("ChargeJob.new.perform(1)\n", "CollectJob.new.perform(1)\n", id="not only pushes"),
        pytest.param("X = ChargeJob::BATCH\n", "X = CollectJob::BATCH\n", id="a constant of it"),
        pytest.param("::ChargeJob.perform_async(1)\n", "::CollectJob.perform_async(1)\n", id="from the top"),
        pytest.param("class PayJob < ChargeJob\nend\n", "class PayJob < CollectJob\nend\n", id="a superclass"),
        pytest.param('X = { class: "ChargeJob" }\n', 'X = { class: "CollectJob" }\n', id="an entry of a schedule"),
        pytest.param("X = { 'class' => 'ChargeJob' }\n", "X = { 'class' => 'CollectJob' }\n", id="one with strings"),
        pytest.param("Other::ChargeJob.perform_async(1)\n", None, id="another class of that name"),
        pytest.param("module Other\n  ChargeJob.perform_async\nend\n", None, id="another one by its nesting"),
        pytest.param("ChargeJobs.call\n", None, id="a longer name"),
        pytest.param("# ChargeJob\n", None, id="a comment"),
    ],
)
def test_a_reference(before: str, expected: str | None, tmp_path: Path) -> None:
    other = "module Other\n  class ChargeJob\n    include Sidekiq::Job\n  end\nend\n"
    root = repo(tmp_path, {**FILES, "app/jobs/other/charge_job.rb": other, "lib/x.rb": before})
    run(root, "ChargeJob", "CollectJob")

    assert run(root, "ChargeJob", "CollectJob", "--step", "2").get("lib/x.rb") == expected


def test_a_class_of_that_name_that_is_no_job(tmp_path: Path) -> None:
    """Its file says nothing about jobs, and is not among those that are read: Rails finds it by its path."""
    old = JOB.replace("ChargeJob", "Charger")
    files = {
        "app/workers/charger.rb": old,
        "app/models/shop/charger.rb": "module Shop\n  class Charger\n  end\nend\n",
        "app/models/shop/pay.rb": "module Shop\n  class Pay\n    X = Charger.new\n  end\nend\n",
        "app/models/pay.rb": "class Pay\n  X = Charger.new\nend\n",
    }
    root = repo(tmp_path, files)
    run(root, "Charger", "Collector")

    assert list(run(root, "Charger", "Collector", "--step", "2")) == ["app/models/pay.rb"]


def test_configuration_and_what_is_not_certain(tmp_path: Path) -> None:
    schedule = "a:\r\n  class: ChargeJob # ours\r\nb:\r\n  class: 'ChargeJob'\r\n  description: ChargeJob é\r\n"
    files = {
        "config/schedule.yml": schedule,
        "app/views/x.erb": "<% ChargeJob.perform_async %>\n",
        "lib/x.rb": 'A = "ChargeJob"\n',
    }
    root = repo(tmp_path, {**FILES, **files})
    (root / "config/schedule.yml").write_bytes(schedule.encode())
    run(root, "ChargeJob", "CollectJob")

    done = sidekiq_gen(root, "rename", "ChargeJob", "CollectJob", "--step", "2")

    expected = schedule.replace("class: ChargeJob", "class: CollectJob").replace("'ChargeJob'", "'CollectJob'")
    assert (root / "config/schedule.yml").read_bytes() == expected.encode()
    for place in ("app/views/x.erb:1", "lib/x.rb:1", "config/schedule.yml:5"):
        assert place in done.err
    assert (root / "lib/x.rb").read_text() == files["lib/x.rb"]


def test_names_inside_of_namespaces(tmp_path: Path) -> None:
    caller = "module Billing\n  class Pay\n    def call\n      ChargeJob.perform_async(1)\n    end\n  end\nend\n"
    files = {"app/jobs/billing/charge_job.rb": NESTED, "app/models/billing/pay.rb": caller}
    root = repo(tmp_path, files)

    first = run(root, "Billing::ChargeJob", "Billing::CollectJob")
    second = run(root, "Billing::ChargeJob", "Billing::CollectJob", "--step", "2")

    assert first["app/jobs/billing/collect_job.rb"] == NESTED.replace("class ChargeJob", "class CollectJob")
    assert "  class ChargeJob < CollectJob\n  end\nend\n" in first["app/jobs/billing/charge_job.rb"]
    assert second == {"app/models/billing/pay.rb": caller.replace("ChargeJob", "CollectJob")}


@pytest.mark.parametrize(
    ("files", "old", "new", "head", "handing_over"),
    [
        (
            {"app/jobs/charge_job.rb": JOB},
            "ChargeJob",
            "Billing::ChargeJob",
            "class Billing::ChargeJob\n",
            "class ChargeJob < Billing::ChargeJob\nend\n",
        ),
        (
            {"app/jobs/billing/charge_job.rb": NESTED},
            "Billing::ChargeJob",
            "Payments::ChargeJob",
            "module Payments\n  class ChargeJob\n",
            "  class ChargeJob < ::Payments::ChargeJob\n  end\nend\n",
        ),
    ],
)
def test_another_namespace(
    files: dict[str, str], old: str, new: str, head: str, handing_over: str, tmp_path: Path
) -> None:
    texts = run(repo(tmp_path, files), old, new)

    made = f"app/jobs/{new.lower().replace('::', '/').replace('chargejob', 'charge_job')}.rb"
    assert head in texts[made]
    assert texts[next(iter(files))].endswith(handing_over)


def test_a_test_of_minitest(tmp_path: Path) -> None:
    text = (
        'require "test_helper"\n\nclass ChargeJobTest < ActiveJob::TestCase\n  test "x" do\n    ChargeJob\n  end\nend\n'
    )
    root = repo(tmp_path, {"app/jobs/charge_job.rb": JOB, "test/jobs/charge_job_test.rb": text}, rspec=False)  # type: ignore[arg-type]

    texts = run(root, "ChargeJob", "CollectJob")

    assert texts["test/jobs/collect_job_test.rb"] == text.replace("ChargeJob", "CollectJob")
    assert texts["test/jobs/charge_job_test.rb"] == (
        'require "test_helper"\n\nclass ChargeJobTest < ActiveJob::TestCase\n  def test_hands_over_to_collect_job\n'
        "    assert_operator ChargeJob, :<, CollectJob\n  end\nend\n"
    )


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (JOB.replace("Order.find", "Lock.take(self.class.name) && Order.find"), "uses-its-name"),
        (JOB.replace("  def perform", "  @seen = {}\n\n  def perform"), "class-variables"),
        (JOB.replace("queue: :low", "lock: :until_executed"), "lock-digest"),
    ],
)
def test_what_a_subclass_does_not_share_is_told(text: str, code: str, tmp_path: Path) -> None:
    root = repo(tmp_path, {"app/jobs/charge_job.rb": text}, unique_jobs="8.1.0")
    document = json.loads(sidekiq_gen(root, "rename", "ChargeJob", "CollectJob", "--pretend", "--json").out)
    assert [notice["code"] for notice in document["notices"]] == [code]


def test_what_is_refused(tmp_path: Path) -> None:
    reopened = {"lib/reopen.rb": "class ReopenedJob\n  include Sidekiq::Job\nend\n"}
    files = {
        **FILES,
        **reopened,
        "app/jobs/reopened_job.rb": JOB.replace("ChargeJob", "ReopenedJob"),
        "app/jobs/there_job.rb": JOB.replace("ChargeJob", "ThereJob"),
        "app/jobs/odd/place.rb": JOB.replace("ChargeJob", "PlaceJob"),
        "app/jobs/billing/pay_job.rb": NESTED.replace("ChargeJob", "PayJob").replace("self.class.p", "Gate.p"),
        "app/models/billing/gate.rb": "module Billing\n  class Gate\n  end\nend\n",
        "app/jobs/free_job.rb": "# nothing\n",
    }
    root = repo(tmp_path, files)

    assert refusal(root, "NoneJob", "OtherJob") == (1, "no-such-job")
    assert refusal(root, "Order", "OtherJob") == (1, "no-such-job")
    assert refusal(root, "ChargeJob", "1x") == (2, "invalid-name")
    assert refusal(root, "ChargeJob", "ChargeJob") == (2, "invalid-name")
    assert refusal(root, "ChargeJob", "ThereJob") == (1, "class-exists")
    assert refusal(root, "ChargeJob", "FreeJob") == (1, "file-exists")
    assert refusal(root, "ReopenedJob", "OtherJob") == (1, "several-definitions")
    assert refusal(root, "PlaceJob", "OtherJob") == (1, "not-autoloaded")
    assert refusal(root, "Billing::PayJob", "Payments::PayJob") == (1, "other-namespace")
    assert refusal(root, "Billing::PayJob", "PayJob") == (1, "other-namespace")
    assert refusal(root, "ChargeJob", "ThereJob", "--step", "2") == (1, "not-handed-over")
    assert refusal(root, "ChargeJob", "NewJob", "--step", "3") == (1, "not-handed-over")
    assert sidekiq_gen(root, "rename", "ChargeJob", "X", "--step", "4").status == 2


def test_the_old_class_stays_while_something_names_it(tmp_path: Path) -> None:
    root = repo(tmp_path, FILES)
    run(root, "ChargeJob", "CollectJob")

    assert refusal(root, "ChargeJob", "CollectJob", "--step", "3") == (1, "still-named")


def test_the_record_of_what_was_generated_follows(tmp_path: Path) -> None:
    """A file that nobody has edited is still one after the rename: destroy removes it without a question."""
    root = Repo().write(tmp_path)
    assert sidekiq_gen(root, "job", "ChargeOrder", "--no-input").status == 0
    (before,) = read_book(root).entries()

    run(root, "ChargeOrderJob", "CollectOrderJob")

    (after,) = read_book(root).entries()
    assert (after.name, after.answers["name"]) == ("CollectOrderJob", "CollectOrderJob")
    assert after.files == {
        (path := old.replace("charge_order", "collect_order")): (identity((root / path).read_bytes()),)
        for old in before.files
    }
    assert (after.gems, after.by, after.found) == (before.gems, before.by, before.found)
    assert sidekiq_gen(root, "upgrade", "--check").status == 0
    assert sidekiq_gen(root, "destroy", "job", "CollectOrderJob").status == 0
    assert [*read_book(root).entries()] == []
    assert not any((root / path).exists() for path in after.files)


def test_an_edited_file_is_still_edited_in_the_record(tmp_path: Path) -> None:
    root = Repo().write(tmp_path)
    assert sidekiq_gen(root, "job", "ChargeOrder", "--no-input").status == 0
    (before,) = read_book(root).entries()
    job = root / "app/jobs/charge_order_job.rb"
    job.write_text(job.read_text(encoding="utf-8").replace("# TODO", "# Later"), encoding="utf-8")

    run(root, "ChargeOrderJob", "CollectOrderJob")

    (after,) = read_book(root).entries()
    assert after.files["app/jobs/collect_order_job.rb"] == before.files["app/jobs/charge_order_job.rb"]
    assert sidekiq_gen(root, "destroy", "job", "CollectOrderJob").status == 3
    assert (root / "app/jobs/collect_order_job.rb").exists()
