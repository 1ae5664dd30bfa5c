"""Specs as the house writes them: their folder, their first lines, and what they call things."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from sidekiq_gen.ruby import spec_forms
from sidekiq_gen.style import SpecStyle
from support.command import sidekiq_gen
from support.houses import house
from support.repos import Repo

if TYPE_CHECKING:
    from pathlib import Path

HEAD = 'require "rails_helper"\n\n'


def written(repo: Repo, root: Path, *words: str) -> tuple[str, str]:
    """The path and the text of the spec of a job that is generated in a repo."""
    done = sidekiq_gen(repo.write(root), "job", *words, "--no-input", "--json")
    assert done.status == 0, done.out + done.err
    path = json.loads(done.out)["files"][1]["path"]
    return path, (root / path).read_text(encoding="utf-8").removeprefix("# frozen_string_literal: true\n\n")


def spec(root: Path, files: dict[str, str], *words: str) -> str:
    return written(Repo(comment=False, files=files), root, *(words or ("SyncOrder",)))[1]


@pytest.mark.parametrize(
    ("specs", "options", "beginning"),
    [
        ([HEAD + "RSpec.describe {} do\nend\n"] * 3, "", HEAD + "RSpec.describe SyncOrderJob do\n"),
        ([HEAD + "describe {} do\nend\n"] * 3, "", HEAD + "describe SyncOrderJob do\n"),
        ([HEAD + "describe({}) do\nend\n"] * 3, "", HEAD + "describe SyncOrderJob do\n"),
        # few that agree, few that do not, and a close vote
        ([HEAD + "describe {} do\nend\n"], "", HEAD + "describe SyncOrderJob do\n"),
        (
            [HEAD + "describe {} do\nend\n", HEAD + "RSpec.describe {} do\nend\n"],
            "",
            HEAD + "RSpec.describe SyncOrderJob do\n",
        ),
        (
            [HEAD + "describe {} do\nend\n"] * 2 + [HEAD + "RSpec.describe {} do\nend\n"] * 2,
            "",
            HEAD + "RSpec.describe SyncOrderJob do\n",
        ),
        (
            [HEAD + "RSpec.describe {}, type: :job do\nend\n"] * 3,
            "",
            HEAD + "RSpec.describe SyncOrderJob, type: :job do\n",
        ),
        (
            [HEAD + "describe {},\n         :slow, :type => :worker do\nend\n"] * 3,
            "",
            HEAD + "describe SyncOrderJob, type: :worker do\n",
        ),
        (["RSpec.describe {} do\nend\n"] * 3, "--require spec_helper\n", "RSpec.describe SyncOrderJob do\n"),
        # nothing requires it for them
        (["RSpec.describe {} do\nend\n"] * 3, "--color\n", HEAD + "RSpec.describe SyncOrderJob do\n"),
        (["require 'spec_helper'\n\nRSpec.describe {} do\nend\n"] * 3, "", 'require "spec_helper"\n\nRSpec'),
    ],
)
def test_a_spec_begins_as_those_of_other_jobs(tmp_path: Path, specs: list[str], options: str, beginning: str) -> None:
    assert spec(tmp_path, house(*specs) | {".rspec": options}).startswith(beginning)


def test_specs_of_other_classes_say_how_one_begins_where_no_job_has_any(tmp_path: Path) -> None:
    models = {f"spec/models/{name}_spec.rb": f"describe {name.upper()}, type: :model do\nend\n" for name in "abc"}

    text = spec(tmp_path, models | {".rspec": "--require rails_helper\n"})

    assert text.startswith("describe SyncOrderJob do\n")


def test_the_specs_beside_it_come_first(tmp_path: Path) -> None:
    near = house(
        *[HEAD + "describe {}, type: :job do\nend\n"] * 3, place="spec/jobs/billing", folder="app/jobs/billing"
    )
    far = house(*[HEAD + "RSpec.describe {} do\nend\n"] * 6)

    assert "\ndescribe Billing::SyncOrderJob, type: :job do\n" in spec(
        tmp_path / "near", near | far, "Billing::SyncOrder"
    )
    assert "\nRSpec.describe SyncOrderJob do\n" in spec(tmp_path / "far", near | far)


@pytest.mark.parametrize(
    ("body", "used", "unused"),
    [
        ("  it { expect(1).to_not eq(2) }\n", "expect(job).to_not have_received(:sync_order)", "not_to"),
        ("  it { expect(1).not_to eq(2) }\n", "expect(job).not_to have_received(:sync_order)", "to_not"),
        (
            "  let(:worker) { described_class.new }\n",
            "  before { allow(worker).to receive(:sync_order).and_call_original }\n",
            "job.",
        ),
        ("  subject(:worker) { {}.new }\n", "let(:worker) { described_class.new }\n", "job."),
        (
            "  subject(:instance) do\n    described_class.new\n  end\n",
            "let(:instance) { described_class.new }\n",
            "job.",
        ),
        # not the job, and a name that a record may have
        ("  let(:worker) { described_class.new(1) }\n", "let(:job) { described_class.new }\n", "worker"),
        ("  let(:order) { described_class.new }\n", "let(:job) { described_class.new }\n", "worker"),
    ],
)
def test_a_spec_uses_the_words_of_the_house(tmp_path: Path, body: str, used: str, unused: str) -> None:
    text = spec(tmp_path, house(*[f"{HEAD}RSpec.describe {{}} do\n{body}end\n"] * 3))

    assert used in text
    assert unused not in text


def test_the_job_keeps_its_name_where_a_record_has_that_of_the_house(tmp_path: Path) -> None:
    files = house(*[f"{HEAD}RSpec.describe {{}} do\n  let(:worker) {{ described_class.new }}\nend\n"] * 3)

    text = spec(
        tmp_path,
        files | {"app/models/worker.rb": "class Worker < ApplicationRecord\nend\n"},
        "PayWorker",
        "worker:record",
    )

    assert "let(:job) { described_class.new }\n  let(:worker) { instance_double(Worker" in text


@pytest.mark.parametrize(
    ("place", "folder", "words", "path"),
    [
        ("test/unit/app/jobs", "app/jobs", [], "test/unit/app/jobs/sync_order_job_test.rb"),
        ("spec/workers", "app/jobs", [], "spec/workers/sync_order_job_spec.rb"),
        ("spec/workers", "app/jobs", ["--dir", "packs/pay/app/jobs"], "packs/pay/spec/workers/sync_order_job_spec.rb"),
        ("spec/packs/pay/jobs", "packs/pay/app/jobs", [], "spec/packs/pay/jobs/sync_order_job_spec.rb"),
        (
            "spec/packs/pay/jobs",
            "packs/pay/app/jobs",
            ["--dir", "packs/{tax}/app/workers"],
            "spec/packs/{tax}/workers/sync_order_job_spec.rb",
        ),
    ],
)
def test_a_spec_goes_where_those_of_other_jobs_are(
    tmp_path: Path, place: str, folder: str, words: list[str], path: str
) -> None:
    repo = Repo(rspec="spec" in place, files=house(*[HEAD] * 3, place=place, folder=folder))

    assert written(repo, tmp_path, "SyncOrder", *words)[0] == path


def test_another_framework_has_its_own_habits(tmp_path: Path) -> None:
    files = house(*[HEAD + "describe {} do\nend\n"] * 3, place="spec/workers")

    path, text = written(Repo(files=files), tmp_path, "SyncOrder", "--test", "minitest")

    assert path == "test/jobs/sync_order_job_test.rb"
    assert 'require "test_helper"\n' in text


def test_the_health_check_follows_the_house_as_well(tmp_path: Path) -> None:
    files = house(*[HEAD + "describe {}, type: :job do\nend\n"] * 3, place="spec/workers")

    done = sidekiq_gen(Repo(files=files).write(tmp_path), "install", "--health-check", "--no-input")

    assert done.status == 0, done.err
    text = (tmp_path / "spec/workers/sidekiq_health_check_job_spec.rb").read_text(encoding="utf-8")
    assert "\ndescribe SidekiqHealthCheckJob, type: :job do\n" in text


GROUPED = HEAD + 'RSpec.describe {} do\n  describe "#perform" do\n    it { expect(1).to eq(1) }\n  end\nend\n'


def test_what_runs_the_job_stands_in_the_group_of_the_house(tmp_path: Path) -> None:
    text = spec(
        tmp_path, house(*[GROUPED] * 3), "SyncOrder", "--on-exhausted", "--advisory-lock", "--on-locked", "retry"
    )

    inside, outside = text.split("\n  end\n\n  it ", maxsplit=1)
    assert inside.count("  describe ") == 1
    assert '\n  describe "#perform" do\n    it "syncs the order" do\n      job.perform(order.id)\n' in inside
    assert "job.perform" not in outside
    assert outside.startswith('"reports when retries are exhausted')
    assert max(map(len, text.split("\n"))) <= 120


@pytest.mark.parametrize(
    "form",
    [
        HEAD + "RSpec.describe {} do\n  describe 'other' do\n  end\nend\n",
        HEAD + "RSpec.describe {} do\n  it 'works' do\n    describe '#perform' do\n    end\n  end\nend\n",
    ],
)
def test_no_other_group_is_taken_over(tmp_path: Path, form: str) -> None:
    assert "\n  it " in spec(tmp_path, house(*[form] * 3))


def test_a_test_has_its_group_before_its_helpers(tmp_path: Path) -> None:
    test = 'class {}Test < ActiveJob::TestCase\n  context "perform" do\n    test "a" do\n    end\n  end\nend\n'

    text = written(Repo(rspec=False, files=house(*[test] * 3, place="test/jobs")), tmp_path, "SyncOrder")[1]

    assert '\n  end\n\n  context "perform" do\n    test "syncs the order" do\n' in text
    assert "\n    end\n  end\n\n  private\n\n  # The arguments" in text
    assert text.endswith("\n  end\nend\n")


@pytest.mark.parametrize(
    ("cop", "uses", "written_as"),
    [
        ("RSpec/NotToNot:\n  EnforcedStyle: to_not\n", [], "to_not"),
        ("RSpec/NotToNot:\n  EnforcedStyle: to_not\n", ["not_to"] * 3 + ["to_not"], "to_not"),
        # nobody keeps to it, or it is switched off
        ("RSpec/NotToNot:\n  EnforcedStyle: to_not\n", ["not_to"] * 6, "not_to"),
        ("RSpec/NotToNot:\n  Enabled: false\n", ["to_not"] * 3, "to_not"),
        ("RSpec/NotToNot:\n  Enabled: false\n", [], "not_to"),
    ],
)
def test_the_linter_says_how_an_expectation_is_turned_round(
    tmp_path: Path, cop: str, uses: list[str], written_as: str
) -> None:
    specs = [f"{HEAD}RSpec.describe {{}} do\n  it {{ expect(1).{one} eq(2) }}\nend\n" for one in uses]
    gems = {"rubocop": "1.75.0", "rubocop-rspec": "3.5.0"}
    files = house(*specs) | {".rubocop.yml": f"plugins:\n  - rubocop-rspec\n\n{cop}"}

    text = written(Repo(gems=gems, files=files), tmp_path, "SyncOrder")[1]

    assert f"expect(job).{written_as} have_received" in text


def test_the_name_of_the_job_stands_in_texts_as_well(tmp_path: Path) -> None:
    files = house(*[f"{HEAD}RSpec.describe {{}} do\n  let(:worker) {{ described_class.new }}\nend\n"] * 3)

    text = spec(tmp_path, files, "SyncLedger", "--idempotency-key")

    assert '.with(idempotency_key: "sync-ledger-#{worker.jid}")' in text


AT_ONCE = HEAD + "RSpec.describe {} do\n  it { described_class.new.perform(1) }\nend\n"


def test_a_job_that_is_only_run_has_no_name_where_the_house_gives_it_none(tmp_path: Path) -> None:
    calls = ("RebuildIndex", "account_id:integer", "--calls", "RebuildIndex.call")

    text = spec(tmp_path / "run", house(*[AT_ONCE] * 3), *calls)
    assert "RSpec.describe RebuildIndexJob do\n  before { allow(RebuildIndex).to receive(:call) }\n" in text
    assert "    described_class.new.perform(" in text
    assert "job" not in text.replace("described_class", "")

    stubbed = spec(tmp_path / "stubbed", house(*[AT_ONCE] * 3))
    assert "  let(:job) { described_class.new }\n" in stubbed
    assert "described_class.new.perform" not in stubbed
    named = house(*[AT_ONCE.replace("described_class.new.perform", "subject.perform")] * 3)
    assert "let(:job)" in spec(tmp_path / "named", named, *calls)


def test_a_test_that_only_runs_its_job_makes_it_for_each_run(tmp_path: Path) -> None:
    test = 'class {}Test < ActiveSupport::TestCase\n  test "a" do\n    {}.new.perform\n  end\nend\n'
    repo = Repo(rspec=False, files=house(*[test] * 3, place="test/jobs"))

    text = written(repo, tmp_path / "plain", "RebuildIndex", "--kind", "plain")[1]
    assert "< ActiveSupport::TestCase\n  test " in text
    assert "assert_nothing_raised { RebuildIndexJob.new.perform }" in text
    assert "@job" not in text

    assert "@job = SyncOrderJob.new\n" in written(repo, tmp_path / "record", "SyncOrder")[1]


@pytest.mark.parametrize(
    ("begins", "settings", "first"),
    [
        ("", "", 'require "rails_helper"\n'),
        ("# frozen_string_literal: true\n\n", "", '# frozen_string_literal: true\n\nrequire "rails_helper"\n'),
        ("", "[house]\nfrozen-string-literal = true\n", '# frozen_string_literal: true\n\nrequire "rails_helper"\n'),
        (
            "# frozen_string_literal: true\n\n",
            "[house]\nfrozen-string-literal = true\n[spec]\nfrozen-string-literal = false\n",
            'require "rails_helper"\n',
        ),
    ],
)
def test_specs_have_their_own_magic_comment(tmp_path: Path, begins: str, settings: str, first: str) -> None:
    files = house(*[f"{begins}{HEAD}RSpec.describe {{}} do\nend\n"] * 3) | {".sidekiq-gen.toml": settings}
    root = Repo(files=files).write(tmp_path)

    assert sidekiq_gen(root, "job", "SyncOrder", "--no-input").status == 0

    assert (root / "spec/jobs/sync_order_job_spec.rb").read_text(encoding="utf-8").startswith(first)
    assert (root / "app/jobs/sync_order_job.rb").read_text(encoding="utf-8").startswith("# frozen_string_literal: true")


@pytest.mark.parametrize(
    ("specs", "cop", "quoted"),
    [
        ("'rails_helper'", "", "'rails_helper'"),
        ('"rails_helper"', "", '"rails_helper"'),
        ("'rails_helper'", "Style/StringLiterals:\n  EnforcedStyle: double_quotes\n", "'rails_helper'"),
        ("", "Style/StringLiterals:\n  EnforcedStyle: single_quotes\n", "'rails_helper'"),
    ],
)
def test_specs_have_their_own_quotes(tmp_path: Path, specs: str, cop: str, quoted: str) -> None:
    """The linter decides where specs keep to it: five are enough to see that they do not."""
    existing = house(*[f"require {specs}\n\nRSpec.describe {{}} do\nend\n"] * 5) if specs else {}

    text = spec(tmp_path, existing | ({".rubocop.yml": cop} if cop else {}))

    assert f"require {quoted}\n" in text


@pytest.mark.parametrize(
    ("repeated", "listed"),
    [
        ("2.times { create(:order) }", "create_list(:order, 2)"),
        ("3.times { FactoryBot.create(:order, paid_at: nil) }", "FactoryBot.create_list(:order, 3, paid_at: nil)"),
        ("2.times { Fabricate(:order) }", "2.times { Fabricate(:order) }"),
        ("2.times { job.perform(create(:order).id) }", "2.times { job.perform(create(:order).id) }"),
    ],
)
def test_several_records_of_a_factory_are_a_list(repeated: str, listed: str) -> None:
    assert spec_forms.tested(f"  {repeated}\n", "rspec", SpecStyle()) == f"  {listed}\n"
