from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from live import warm
from live.processes import Processes
from live.roots import Variant, parse_overlay, variants
from live.rubocop import rubocop, ruby_warnings
from live.ruby import RubyError, enqueue, finish_ruby, program_of, run_ruby, start_ruby
from live.samples import JOB, RETRY_JOB, SPEC, TEST, THREE, UNIQUE_JOBS_WIRING
from live.server import SidekiqServer
from live.services import answers
from live.specs import run_specs
from live.warm import NotForkedError, Program, start_program

if TYPE_CHECKING:
    from live.app import App
    from live.databases import MariaDB, PostgreSQL
    from live.roots import RubyRoot
    from live.services import Redis
    from live.specs import Framework, Report

GOLDEN = Path(__file__).parents[3] / "shared" / "golden"


def test_three_jobs_are_green(processes: Processes, variant: Variant, app: App) -> None:
    app.write(THREE)

    report = run_specs(processes, variant, app)

    assert report.failures == []
    assert {file: len(examples) for file, examples in report.files.items()} == {
        "spec/jobs/fail_once_job_spec.rb": 1,
        "spec/jobs/lock_restaurant_job_spec.rb": 1,
        "spec/jobs/mark_order_job_spec.rb": 2,
    }


def test_minitest_is_green(processes: Processes, forky: Variant, app: App) -> None:
    app.write(THREE)

    report = run_specs(processes, forky, app, "minitest")

    assert (report.failures, report.passed) == ([], 1)


def test_versions_are_the_variants(processes: Processes, variant: Variant, app: App) -> None:
    printed = run_ruby(processes, variant, app, "print Sidekiq::VERSION, ' ', Rails.version")

    assert printed == f"{variant.sidekiq} {variant.rails}"


def test_mysql(processes: Processes, forky: Variant, mysql_app: App, mariadb: MariaDB) -> None:
    mysql_app.write({path: text for path, text in THREE.items() if "mark_order" in path})

    report = run_specs(processes, forky, mysql_app)

    assert (report.failures, report.passed) == ([], 2)
    assert mariadb.query("SELECT COUNT(*) FROM orders", mysql_app.database_url) == [["0"]]


@pytest.mark.parametrize("framework", ["rspec", "minitest"])
def test_what_is_wrong_is_told_of_the_right_file(
    processes: Processes, forky: Variant, app: App, framework: str
) -> None:
    if framework == "rspec":
        broken = {
            "spec/jobs/a_spec.rb": SPEC.replace("be_processed", "be_notified"),
            "spec/jobs/b_spec.rb": "class <",
            "spec/jobs/c_spec.rb": SPEC.replace("MarkOrderJob", "NoSuchJob"),
        }
        report = run_specs(processes, forky, app_with(app, broken))
    else:
        broken = {
            "test/jobs/a_test.rb": TEST.replace("MarkOrderJobTest", "ATest").replace(
                "assert_predicate", "refute_predicate"
            ),
            "test/jobs/b_test.rb": "class <",
            "test/jobs/c_test.rb": TEST.replace("MarkOrderJob", "NoSuchJob").replace("NoSuchJobTest", "CTest"),
        }
        report = run_specs(processes, forky, app_with(app, broken), "minitest")

    failing = {file for file, examples in report.files.items() if any(one.status == "failed" for one in examples)}
    assert failing == set(broken)
    assert report.passed == (5 if framework == "rspec" else 1)  # what is sound still runs


@pytest.mark.parametrize("framework", ["rspec", "minitest"])
def test_what_follows_a_failure_in_a_file_is_not_run(
    processes: Processes, forky: Variant, app: App, framework: Framework
) -> None:
    folder = "spec" if framework == "rspec" else "test"
    files = {
        "spec/jobs/a_spec.rb": 'require "rails_helper"\nRSpec.describe "a" do\n  it("1") {}\n  it("2") { raise "2" }\n'
        '  it("3") { Effect.note("run") }\nend\n',
        "spec/jobs/b_spec.rb": 'require "rails_helper"\nRSpec.describe("b") { it("1") {} }\n',
        "test/jobs/a_test.rb": 'require "test_helper"\nclass ATest < ActiveSupport::TestCase\n'
        + "".join(f'  test("{number}") {{ raise "no" }}\n' for number in range(1, 4))
        + "end\n",
        "test/jobs/b_test.rb": 'require "test_helper"\nclass BTest < ActiveSupport::TestCase\n  test("1") {}\nend\n',
    }
    app.write(files)

    report = run_specs(processes, forky, app, framework, until_failure=True)

    a, b = ([one.status for one in report.files[f"{folder}/jobs/{name}_{folder}.rb"]] for name in "ab")
    assert b == ["passed"]
    assert a == (["passed", "failed"] if framework == "rspec" else ["failed", "pending", "pending"])


def test_minitest_runs_the_examples_that_are_named_alone(processes: Processes, variant: Variant, app: App) -> None:
    body = '  test("works well?") {}\n  test("works well? or not") {}\n  def test_works\n  end\n'
    spec = 'require "minitest/spec"\nASpecTest = Class.new(ActiveSupport::TestCase) { extend Minitest::Spec::DSL }\n'
    it = '  it("works well?") {}\n  it("does not") {}\n'
    app.write(
        {
            "test/jobs/a_test.rb": f'require "test_helper"\nclass ATest < ActiveSupport::TestCase\n{body}end\n',
            "test/jobs/b_test.rb": f'require "test_helper"\n{spec}class BTest < ASpecTest\n{it}end\n',
        }
    )

    report = run_specs(processes, variant, app, "minitest", examples={"works well?", "works"})

    names = {path: {one.name.partition("#")[2] for one in found} for path, found in report.files.items()}
    assert names == {
        "test/jobs/a_test.rb": {"test_works_well?", "test_works"},
        "test/jobs/b_test.rb": {"test_0001_works well?"},
    }


def app_with(app: App, files: dict[str, str]) -> App:
    app.write(THREE | files)
    return app


WARNED = {
    "unused variable": JOB.replace("work(order)\n      ", "unused = 1\n      work(order)\n      ", 1),
    "deprecated by Rails": JOB.replace(
        'Effect.note("marked"', 'DEPRECATOR.warn("gone soon")\n    Effect.note("marked"'
    ),
    "told by Sidekiq": JOB.replace(
        'Effect.note("marked"', 'Sidekiq.logger.warn("x is deprecated")\n    Effect.note("x"'
    ),
}


@pytest.mark.parametrize("case", WARNED)
def test_warnings_fail_the_spec_of_the_job(processes: Processes, variant: Variant, app: App, case: str) -> None:
    deprecator = (
        "ActiveSupport::Deprecation" if variant.rails < "7.1" else "Rails.application.deprecators[:active_record]"
    )
    app.write(THREE | {"app/jobs/mark_order_job.rb": WARNED[case].replace("DEPRECATOR", deprecator)})

    report = run_specs(processes, variant, app)

    assert report.failures
    assert {failure.split(":")[0] for failure in report.failures} == {"spec/jobs/mark_order_job_spec.rb"}


def test_deprecated_testing_api_is_seen(processes: Processes, roots: dict[str, RubyRoot], app: App) -> None:
    (forky,) = (variant for variant in variants(roots) if variant.root.name == "forky")
    app.write(THREE | {"spec/jobs/a_spec.rb": 'require "rails_helper"\nrequire "sidekiq/testing"\n'})

    report = run_specs(processes, forky, app)

    assert any("deprecated" in failure for failure in report.failures)


def test_a_job_goes_through_the_real_server(
    processes: Processes, variant: Variant, app: App, postgresql: PostgreSQL, redis: Redis
) -> None:
    app.write(THREE)
    setup = "ActiveRecord::Base.logger = nil; puts Order.create!(id: 3_000_000_000).id"
    assert run_ruby(processes, variant, app, setup).split() == ["3000000000"]

    with SidekiqServer.start(processes, variant, app, redis, queues=["default", "marks"]) as server:
        jids = enqueue(processes, variant, app, "MarkOrderJob", [3_000_000_000], [3_000_000_000], [1])
        server.drain(count=3)
        assert sorted(jid or "" for jid in jids) == sorted(one.jid for one in server.executions if one.event == "done")

    assert postgresql.query("SELECT name, subject FROM effects", app.database_url) == [["marked", "3000000000"]]
    assert postgresql.query("SELECT processed FROM orders", app.database_url) == [["t"]]
    assert app.warnings == []


def test_a_failed_job_is_retried_when_made_due(
    processes: Processes, variant: Variant, app: App, postgresql: PostgreSQL, redis: Redis
) -> None:
    app.write(THREE)

    with SidekiqServer.start(processes, variant, app, redis) as server:
        enqueue(processes, variant, app, "FailOnceJob", ["a"])
        server.drain(count=1)
        assert redis.call(app.redis_url, "ZCARD", "retry") == 1
        server.make_due("retry")
        server.drain(count=2)

    assert [one.event for one in server.executions] == ["start", "fail", "start", "done"]
    assert postgresql.query("SELECT count(*) FROM effects", app.database_url) == [["2"]]


def test_a_killed_server_is_gone_and_another_starts(
    processes: Processes, forky: Variant, app: App, redis: Redis
) -> None:
    server = SidekiqServer.start(processes, forky, app, redis)
    assert server.kill() == -signal.SIGKILL

    with SidekiqServer.start(processes, forky, app, redis) as other:
        assert other.child.pid != server.child.pid
        assert other.kill(signal.SIGTERM) == 0


def test_several_processes_at_once(processes: Processes, forky: Variant, app: App, redis: Redis) -> None:
    app.write(THREE)
    code = 'ARGV.first.to_i.times { FailOnceJob.perform_async("x") }'

    children = [start_ruby(processes, forky, app, code, "5") for _ in range(3)]
    for child in children:
        finish_ruby(processes, child)

    assert redis.call(app.redis_url, "LLEN", "queue:default") == 15


def test_a_failing_script_is_told(processes: Processes, forky: Variant, app: App) -> None:
    with pytest.raises(RubyError, match="no good"):
        run_ruby(processes, forky, app, 'raise "no good"')


@pytest.mark.parametrize("framework", ["rspec", "minitest"])
def test_what_is_forked_tells_what_a_ruby_of_its_own_tells(
    processes: Processes, variant: Variant, app: App, framework: Framework
) -> None:
    test = TEST.replace("MarkOrderJobTest", "ATest")
    broken = {
        "spec/jobs/a_spec.rb": SPEC.replace("be_processed", "be_notified"),
        "spec/jobs/b_spec.rb": "class <",
        "spec/jobs/c_spec.rb": SPEC.replace("MarkOrderJob", "NoSuchJob"),
        "test/jobs/a_test.rb": test.replace("assert_predicate", "refute_predicate"),
        "test/jobs/b_test.rb": "class <",
    }
    app.write(THREE | {"app/jobs/mark_order_job.rb": WARNED["told by Sidekiq"]} | broken)

    with Processes(cold=True) as cold:
        of_its_own = run_specs(cold, variant, app, framework)
    forked = run_specs(processes, variant, app, framework)

    assert of_its_own.failures
    assert any("warning at app/jobs/mark_order_job.rb" in failure for failure in of_its_own.failures)
    assert told(forked) == told(of_its_own)


def told(report: Report) -> dict[str, list[tuple[str, str, list[str]]]]:
    """By file, the name and outcome of each example, and how its message begins, without times and numbers."""
    return {
        file: [(one.name, one.status, re.sub(r"/app/|[\d:.]+", "", one.message).split("\n")[:2]) for one in examples]
        for file, examples in report.files.items()
    }


STATE = """
standard = $stdout.sync, $stderr.sync, $PROGRAM_NAME, ARGV, Dir.pwd, $VERBOSE, $LOAD_PATH.grep(%r{/(app|overlay)})
engines = Rails::Engine.subclasses.map(&:name).sort
initializers = Rails.application.initializers.tsort_each.map { |one| one.name.to_s }
puts JSON.generate([standard, ENV.to_h.sort, Dir["/tmp/*"], engines, initializers, Sidekiq.server?, Rails.env])
exit 3
"""


def test_what_is_forked_finds_what_a_ruby_of_its_own_finds(processes: Processes, variant: Variant, app: App) -> None:
    with Processes(cold=True) as cold:
        of_its_own = cold.finish(start_ruby(cold, variant, app, STATE, "one", "two"), [], timeout=60)
    forked = processes.finish(start_ruby(processes, variant, app, STATE, "one", "two"), [], timeout=60)

    assert json.loads(forked.stdout) == json.loads(of_its_own.stdout)
    assert (forked.returncode, of_its_own.returncode) == (3, 3)


@pytest.mark.parametrize("boot", [".", "./config/environment.rb"])
def test_a_forked_server_boots_as_one_of_its_own_does(
    processes: Processes, variant: Variant, app: App, redis: Redis, boot: str
) -> None:
    app.write(
        {
            "config/initializers/told.rb": """
Sidekiq.configure_server do |config|
  config.on(:startup) do
    told = Rails.application.initializers.tsort_each.map { |one| one.name.to_s }
    told << defined?(Sidekiq::Rails).inspect
    File.write("/app/log/told", told.join("\n"))
  end
end
"""
        }
    )
    heard = app.folder / "log" / "told"
    found = []
    with Processes(cold=True) as cold:
        for whose in (cold, processes):
            with SidekiqServer.start(whose, variant, app, redis, boot=boot) as server:
                server.wait_until(heard.exists)
                found.append(heard.read_text(encoding="utf-8"))
            heard.unlink()

    assert found[0]
    assert found[1] == found[0]


def test_what_is_forked_is_apart_from_the_rest(processes: Processes, forky: Variant, app: App) -> None:
    hidden = (
        'File.write("/tmp/mine", ""); $stderr.puts "err"; puts Dir["/overlay/data/*"].inspect; Process.kill(:KILL, $$)'
    )

    done = processes.finish(start_ruby(processes, forky, app, hidden), [], timeout=60)
    (after,) = run_ruby(processes, forky, app, 'puts Dir["/tmp/*"].inspect').splitlines()

    assert (done.returncode, done.stdout, done.stderr) == (-signal.SIGKILL, "", "err\n")
    assert after == "[]"


def test_what_is_forked_and_hangs_is_ended_with_what_it_started(processes: Processes, forky: Variant, app: App) -> None:
    child = start_ruby(processes, forky, app, 'puts spawn("sleep 60"); $stdout.flush; sleep')

    with pytest.raises(subprocess.TimeoutExpired) as told:
        finish_ruby(processes, child, timeout=10)

    other = int(told.value.output)
    wait_until_gone(child.pid, other)
    assert run_ruby(processes, forky, app, "print 1") == "1"


def wait_until_gone(*pids: int) -> None:
    deadline = time.monotonic() + 30
    while any(is_running(pid) for pid in pids):
        assert time.monotonic() < deadline
        time.sleep(0.02)


def is_running(pid: int) -> bool:
    """Whether a process is there, and no zombie."""
    status = Path(f"/proc/{pid}/stat")
    try:
        return status.read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_another_takes_the_place_of_a_process_that_forked(processes: Processes, forky: Variant, app: App) -> None:
    child = start_ruby(processes, forky, app, "sleep")
    program = program_of("")
    kept = processes.kept[forky, program.rails_env, program.first]

    os.kill(kept.pid, signal.SIGKILL)

    assert child.wait(30) == -signal.SIGKILL  # nobody can tell
    processes.stop(child)
    wait_until_gone(child.pid)
    assert run_ruby(processes, forky, app, "print 1") == "1"
    assert processes.kept[forky, program.rails_env, program.first] is not kept


def test_a_process_that_cannot_load_what_it_is_to_forks_nothing(processes: Processes, forky: Variant, app: App) -> None:
    with pytest.raises(NotForkedError, match="cannot load such file -- no/such/feature"):
        start_program(processes, forky, app, Program(("-e", "", "--"), ("no/such/feature",)))


def test_what_is_kept_is_let_go_of_when_it_is_many(
    processes: Processes, forky: Variant, app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_ruby(processes, forky, app, "")
    monkeypatch.setattr(warm, "MOST", 1)
    busy = start_program(processes, forky, app, Program(("-e", "sleep", "--"), ("set",)))

    done = start_program(processes, forky, app, Program(("-e", "print 1", "--"), ("json",)))

    assert processes.finish(done, [], timeout=60).stdout == "1"
    assert [features for _, _, features in processes.kept] == [("set",), ("json",)]
    assert busy.poll() is None
    processes.stop(busy)


def test_the_root_cannot_be_written_to(processes: Processes, forky: Variant, app: App) -> None:
    done = forky.run(processes, ["/bin/sh", "-c", "touch /x; touch /app/x"], app=app.folder, env={}, timeout=10)

    assert "Read-only" in done.stderr
    assert (app.folder / "x").exists()
    assert str(forky.root.path) not in Path("/proc/mounts").read_text(encoding="utf-8")


OFF = {"AllCops": {"DisabledByDefault": True}, "Style/StringLiterals": {"Enabled": False}}


def test_rubocop_finds_what_is_planted_and_nothing_else(processes: Processes, forky: Variant, tmp_path: Path) -> None:
    jobs = tmp_path / "app" / "jobs"
    jobs.mkdir(parents=True)
    (jobs / "clean_job.rb").write_text(RETRY_JOB, encoding="utf-8")
    (jobs / "planted_job.rb").write_text(
        RETRY_JOB.replace("FailOnceJob", "PlantedJob").replace(
            'Effect.note("tried", name)', "Order.where(name: name).take\n    unused = 'single'"
        ),
        encoding="utf-8",
    )

    offenses = rubocop(processes, forky, tmp_path)
    again = rubocop(processes, forky, tmp_path)
    warnings = ruby_warnings(processes, forky, tmp_path)

    assert again == offenses
    assert rubocop(processes, forky, tmp_path, OFF) == []
    assert {offense.path for offense in offenses + warnings} == {"app/jobs/planted_job.rb"}
    assert {"Lint/UselessAssignment", "Style/StringLiterals", "Rails/FindBy"} <= {one.cop for one in offenses}
    assert [(one.line, one.message) for one in warnings] == [(10, "warning: assigned but unused variable - unused")]


@pytest.mark.parametrize("tree", ["6.5", "7", "8"])
def test_golden_jobs_are_green_and_clean(
    processes: Processes, forky: Variant, roots: dict[str, RubyRoot], app: App, tree: str
) -> None:
    if not GOLDEN.is_dir():
        pytest.skip("the golden jobs are not beside this checkout")
    app.copy(GOLDEN / tree)
    (variant,) = (one for one in variants(roots) if one.sidekiq.startswith(tree[0]))

    report = run_specs(processes, variant, app)

    assert report.failures == []
    assert report.passed >= 5
    assert rubocop(processes, forky, GOLDEN / tree, {"plugins": []}) == []
    assert ruby_warnings(processes, forky, GOLDEN / tree) == []


def test_overlays_are_variants(roots: dict[str, RubyRoot], tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
    one, two = tmp_path / "one", tmp_path / "two"

    made = variants(roots, [f"7.0.9={one}"], [f"8.0.10={one}:{two}"])

    assert [str(variant) for variant in made][3:] == [
        "trixie-7.0.9",
        f"trixie-{roots['trixie'].version('ruby-sidekiq')}+unique-jobs-8.0.10",
        "trixie-7.0.9+unique-jobs-8.0.10",
    ]
    assert made[-1].overlays == (one, one, two)


@pytest.mark.parametrize("text", ["6.5.12", "lib=DIR", "6.5.12=", "6.5.12=/no/such/folder"])
def test_an_overlay_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"expected VERSION=DIR|no folder"):
        parse_overlay(text)


def test_the_folder_around_lib_is_no_overlay(tmp_path: Path) -> None:
    (tmp_path / "lib").mkdir()

    with pytest.raises(ValueError, match=r"expected the folder .*/lib"):
        parse_overlay(f"7.3.10={tmp_path}")


CRASH = """
import sys, time
sys.path.insert(0, sys.argv[1])
from live import warm
from live.processes import Processes
from live.databases import PostgreSQL
from live.services import Redis
processes = Processes()
print(PostgreSQL.start(processes).port, Redis.start(processes).port, processes.data, flush=True)
time.sleep(60)
"""


def test_what_a_killed_run_leaves_is_swept_by_the_next() -> None:
    command = [sys.executable, "-c", CRASH, str(Path(__file__).parents[1])]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout
        postgres, redis, data = child.stdout.readline().split()
        os.kill(child.pid, signal.SIGKILL)
    assert answers(int(postgres))
    assert answers(int(redis))

    with Processes():
        assert not answers(int(postgres))
        assert not answers(int(redis))
        assert not Path(data).exists()


UNIQUE_JOB = """\
# frozen_string_literal: true

class OnceJob
  include Sidekiq::Job

  sidekiq_options lock: :until_executed, lock_ttl: 600

  def perform(name)
    Effect.note("done", name)
  end
end
"""


def test_unique_jobs_overlay(processes: Processes, unique_variant: Variant, app: App, redis: Redis) -> None:
    app.write({"app/jobs/once_job.rb": UNIQUE_JOB, "config/initializers/unique.rb": UNIQUE_JOBS_WIRING})
    versions = "print Sidekiq::VERSION, ' ', SidekiqUniqueJobs::VERSION"
    assert run_ruby(processes, unique_variant, app, versions).split() == [
        unique_variant.sidekiq,
        unique_variant.unique_jobs,
    ]

    first, second, other = enqueue(processes, unique_variant, app, "OnceJob", ["a"], ["a"], ["b"])
    with SidekiqServer.start(processes, unique_variant, app, redis) as server:
        server.drain(count=2)
        (again,) = enqueue(processes, unique_variant, app, "OnceJob", ["a"])
        server.drain(count=3)

    assert (bool(first), second, bool(other), bool(again)) == (True, None, True, True)
