"""``sidekiq-gen upgrade --to``: what stands in the way of a move of Sidekiq."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from support.command import sidekiq_gen
from support.repos import Repo

if TYPE_CHECKING:
    from pathlib import Path


def report(repo: Repo, root: Path, to: str, **files: str) -> dict[str, Any]:
    """The document of the report on a repo with further files."""
    repo.but(files={**repo.files, **files}).write(root)
    done = sidekiq_gen(root, "upgrade", "--to", to, "--json")
    found: dict[str, Any] = json.loads(done.out)
    assert done.status == (4 if any(finding["first"] for finding in found["findings"]) else 0)
    return found


def lines(found: dict[str, Any]) -> list[str]:
    """Each finding as code, place and whether it comes first."""
    return [f"{one['code']} {one['path']}:{one['line']}{' first' if one['first'] else ''}" for one in found["findings"]]


def locked(gems: str, direct: str = "  sidekiq\n") -> str:
    return f"GEM\n  remote: https://gems.example/\n  specs:\n{gems}\nPLATFORMS\n  ruby\n\nDEPENDENCIES\n{direct}"


PINNED = locked("    sidekiq (6.5.12)\n", "  sidekiq (~> 6.5)\n")
GEMFILE = 'source "https://gems.example/"\n\ngem "rails"\ngem "sidekiq", "~> 6.5"\n'


def test_a_repo_that_nothing_concerns_may_move(tmp_path: Path) -> None:
    found = report(Repo(sidekiq="8.1.6"), tmp_path, "newest")
    assert found == {
        "schema": 1,
        "command": "upgrade",
        "sidekiq": {"version": "8.1.6", "tree": "8", "source": "gem"},
        "to": {"version": "8.1.7", "tree": "8"},
        "needs": {},
        "findings": [],
        "notices": [],
    }
    assert (
        sidekiq_gen(tmp_path, "upgrade", "--to", "8").out
        == "Sidekiq 8.1.6 to 8.1.7\n\nNothing changes for this repo.\n"
    )


def test_a_move_to_what_is_locked_means_nothing(tmp_path: Path) -> None:
    assert lines(report(Repo(sidekiq="7.3.10", rails="7.0.8"), tmp_path, "7.3.10")) == []


@pytest.mark.parametrize(
    ("to", "code", "status"),
    [
        ("9", "unknown-target", 1),
        ("7.4", "unknown-target", 1),
        ("6.5", "older-target", 1),
        ("new", "invalid-version", 2),
    ],
)
def test_a_target_that_makes_no_sense_is_one_error(tmp_path: Path, to: str, code: str, status: int) -> None:
    Repo(sidekiq="7.3.2").write(tmp_path)
    done = sidekiq_gen(tmp_path, "upgrade", "--to", to, "--json")
    assert (done.status, json.loads(done.out)["error"]["code"]) == (status, code)


def test_a_later_patch_of_a_known_line_is_a_target(tmp_path: Path) -> None:
    assert report(Repo(sidekiq="8.1.6"), tmp_path, "8.1.99")["to"]["version"] == "8.1.99"


def test_the_line_of_the_gemfile_that_pins_sidekiq_is_told(tmp_path: Path) -> None:
    found = report(Repo(), tmp_path, "7", **{"Gemfile.lock": PINNED, "Gemfile": GEMFILE})
    assert lines(found) == ["gemfile-pin Gemfile:4 first"]
    assert found["findings"][0]["hint"] == 'Write: gem "sidekiq", "~> 7.3"'
    assert found["needs"] == {"redis-server": ">= 6.2", "ruby": ">= 2.7.0"}


def test_a_target_that_is_not_the_last_of_its_major_version_is_pinned_to_its_patches(tmp_path: Path) -> None:
    found = report(Repo(), tmp_path, "7.1.2", **{"Gemfile.lock": PINNED, "Gemfile": GEMFILE})
    assert found["findings"][0]["hint"] == 'Write: gem "sidekiq", "~> 7.1.2"'


def test_a_pin_of_what_sidekiq_needs_is_told(tmp_path: Path) -> None:
    lock = locked("    connection_pool (2.5.0)\n    sidekiq (8.0.10)\n", "  connection_pool (< 3)\n  sidekiq\n")
    found = report(Repo(), tmp_path, "8.1", **{"Gemfile.lock": lock})
    assert lines(found) == ["gemfile-pin Gemfile.lock:4 first"]
    assert found["findings"][0]["hint"] == 'Write: gem "connection_pool", ">= 3.0.0"'
    assert found["findings"][0]["source"] == "sidekiq v8.1.0 sidekiq.gemspec"


def test_a_gem_whose_requirements_rule_the_target_out_is_told_once(tmp_path: Path) -> None:
    gems = (
        "    own_sidekiq (1.2)\n      rack (~> 2.0)\n      sidekiq (~> 7.0)\n"
        "    sidekiq (7.3.10)\n    sinatra (3.1.0)\n      rack (~> 2.2, >= 2.2.4)\n"
    )
    found = report(Repo(), tmp_path, "8.1", **{"Gemfile.lock": locked(gems)})
    assert lines(found) == ["gem-pair Gemfile.lock:4 first", "gem-pair Gemfile.lock:8 first"]
    assert [one["hint"] for one in found["findings"]] == [
        "Take a later one along: bundle update sidekiq own_sidekiq.",
        "Take a later one along: bundle update sidekiq sinatra.",
    ]
    assert lines(report(Repo(), tmp_path, "7.3.11", **{"Gemfile.lock": locked(gems)})) == []


def test_gems_that_live_on_sidekiq_are_told_with_the_version_that_can(tmp_path: Path) -> None:
    gems = {"sidekiq-cron": "1.8.0", "sidekiq-failures": "1.0.4", "honeybadger": "5.2.1", "sidekiq-pro": "7.3.5"}
    repo = Repo(sidekiq="7.3.10", unique_jobs="8.0.10", gems={**gems, "sidekiq-throttled": "1.5.2"})
    found = report(repo, tmp_path, "8.0")
    assert [one["hint"] for one in found["findings"]] == [
        'Write in the Gemfile: gem "honeybadger", "~> 5.3"',
        'Write in the Gemfile: gem "sidekiq-cron", "~> 2.3"',
        'Write in the Gemfile: gem "sidekiq-failures", "~> 1.1"',
        'Write in the Gemfile: gem "sidekiq-pro", "~> 8.1"',
        "Run Sidekiq Pro 7.3.6 or later for some weeks first.",
        'Write in the Gemfile: gem "sidekiq-unique-jobs", "~> 8.1"',
    ]
    assert all(one["first"] for one in found["findings"])


def test_gems_that_fit_are_not_told(tmp_path: Path) -> None:
    gems = {"sidekiq-cron": "2.3.1", "sidekiq-failures": "1.1.0", "honeybadger": "5.3.0", "sentry-sidekiq": "5.24.0"}
    repo = Repo(sidekiq="7.3.10", unique_jobs="8.0.11", gems={**gems, "sidekiq-throttled": "1.5.2"})
    assert lines(report(repo, tmp_path, "8.0")) == []


def test_a_gem_that_only_lacks_a_promise_is_good_to_know(tmp_path: Path) -> None:
    repo = Repo(sidekiq="7.3.10", gems={"rspec-sidekiq": "3.1.0", "sentry-sidekiq": "5.14.0"})
    found = report(repo, tmp_path, "8.0")
    assert [(one["code"], one["first"]) for one in found["findings"]] == [("gem-pair", False)] * 2
    assert "milliseconds" in found["findings"][1]["message"]


def test_a_gem_from_git_is_not_judged_by_its_number(tmp_path: Path) -> None:
    lock = (
        "GIT\n  remote: https://git.example/failures\n  revision: 1\n  specs:\n    sidekiq-failures (1.0.0)\n\n"
        + locked("    sidekiq (7.3.10)\n", "  sidekiq\n  sidekiq-failures!\n")
    )
    assert lines(report(Repo(), tmp_path, "8.0", **{"Gemfile.lock": lock})) == []


@pytest.mark.parametrize(("rails", "to", "told"), [("7.0.8", "8.0", 1), ("7.2.2", "8.1", 1), ("7.2.2", "8.0", 0)])
def test_rails_that_cannot_be_bundled_is_told_once(tmp_path: Path, rails: str, to: str, told: int) -> None:
    gems = f"    actionpack ({rails})\n      rack (>= 2.2.4, < 3)\n    rails ({rails})\n    sidekiq (7.3.10)\n"
    gems = gems.replace("< 3)", "< 3)" if rails < "7.1" else "< 3.2)")
    found = report(Repo(), tmp_path, to, **{"Gemfile.lock": locked(gems)})
    assert [one["code"] for one in found["findings"]] == ["rails-pair"] * told


def test_two_major_versions_are_two_steps(tmp_path: Path) -> None:
    found = report(Repo(sidekiq="6.5.12"), tmp_path, "8.1")
    assert found["findings"][0]["code"] == "one-major-at-a-time"
    assert "7.3.10" in found["findings"][0]["hint"]


def test_what_cannot_be_today_is_not_news(tmp_path: Path) -> None:
    assert lines(report(Repo(sidekiq="8.1.6", rails="7.2.2"), tmp_path, "8.1.7")) == []


def test_the_lock_of_a_dead_job_of_activejob_is_good_to_know(tmp_path: Path) -> None:
    repo = Repo(sidekiq="7.3.10", gems={"activejob-uniqueness": "0.4.0"})
    (told,) = report(repo, tmp_path, "8.0")["findings"]
    assert (told["code"], told["first"]) == ("uniqueness-on-death", False)
    assert report(repo, tmp_path, "7.3.11")["findings"] == []


def test_rubies_that_are_too_old_are_told_together(tmp_path: Path) -> None:
    files = {
        ".ruby-version": "ruby-3.1.2\n",
        ".tool-versions": "nodejs 20\nruby 3.1\n",
        "Gemfile": "ruby '~> 3.1.0'\n",
        "Dockerfile": "ARG X=1\nFROM docker.example/library/ruby:3.1-slim\n",
    }
    found = report(Repo(sidekiq="7.3.10"), tmp_path, "8.0", **files)
    assert lines(found) == ["ruby-too-old .ruby-version:1 first"]
    assert "(and in .tool-versions:2, Dockerfile:2, Gemfile:1)" in found["findings"][0]["message"]


@pytest.mark.parametrize("ruby", ["3.2.0", "3.2", "3"])
def test_a_ruby_that_is_new_enough_is_not_told(tmp_path: Path, ruby: str) -> None:
    files = {".ruby-version": f"{ruby}\n", "Gemfile": 'ruby ">= 3.1"\n'}
    assert lines(report(Repo(sidekiq="7.3.10"), tmp_path, "8.0", **files)) == []


def test_redis_servers_that_are_too_old_are_told(tmp_path: Path) -> None:
    files = {
        ".github/workflows/ci.yml": "services:\n  redis:\n    image: redis:5-alpine\n",
        "docker-compose.yml": "services:\n  cache:\n    image: redis:6\n  old:\n    image: r.example/redis:6.0\n",
    }
    found = report(Repo(sidekiq="6.5.12"), tmp_path, "7.3", **files)
    assert lines(found) == ["redis-too-old docker-compose.yml:5 first"]
    assert "(and in .github/workflows/ci.yml:3)" in found["findings"][0]["message"]


def test_the_text_names_the_file_the_line_and_the_way_out(tmp_path: Path) -> None:
    Repo(files={"Gemfile.lock": PINNED, "Gemfile": GEMFILE}).write(tmp_path)
    done = sidekiq_gen(tmp_path, "upgrade", "--to", "7.3.10")
    assert done.status == 4
    assert done.out == (
        "Sidekiq 6.5.12 to 7.3.10\n"
        "It needs Redis >= 6.2, Ruby >= 2.7.0.\n\n"
        "To be done first:\n\n"
        "  Gemfile\n"
        "    4  The Gemfile asks for sidekiq ~> 6.5, which 7.3.10 is not. (gemfile-pin)\n"
        '       Write: gem "sidekiq", "~> 7.3"\n\n'
        "1 to be done first, 0 good to know.\n"
    )


REDIS = locked("    redis (4.8.1)\n    sidekiq (6.5.12)\n      redis (>= 4.5.0, < 5)\n")
USE = "class Cache\n  # Redis.new is costly\n  def self.connection = @connection ||= Redis.new\nend\n"


def test_a_gem_that_only_sidekiq_brought_along_is_told_where_it_is_used(tmp_path: Path) -> None:
    found = report(Repo(), tmp_path, "7.3", **{"Gemfile.lock": REDIS, "lib/cache.rb": USE})
    assert lines(found) == ["gem-goes lib/cache.rb:3 first"]
    assert found["findings"][0]["hint"] == 'Write in the Gemfile: gem "redis"'


@pytest.mark.parametrize(
    ("lock", "files", "told"),
    [
        (REDIS, {"config/cable.yml": "production:\n  adapter: redis\n"}, ["gem-goes config/cable.yml:2"]),
        (REDIS, {"lib/cache.rb": "RedisClient.new\nFoo::Redis.new\n# Redis.new\n"}, []),
        (REDIS.replace("  sidekiq\n", "  redis\n  sidekiq\n"), {"lib/cache.rb": USE}, []),
        (REDIS.replace("    sidekiq (", "    own (1.0)\n      redis\n    sidekiq ("), {"lib/cache.rb": USE}, []),
    ],
)
def test_a_gem_that_stays_or_that_no_code_uses_is_not_needed_first(
    tmp_path: Path, lock: str, files: dict[str, str], told: list[str]
) -> None:
    assert lines(report(Repo(), tmp_path, "7.3", **{"Gemfile.lock": lock, **files})) == told


def test_a_driver_that_sidekiq_seven_does_not_have_is_good_to_know(tmp_path: Path) -> None:
    repo = Repo(sidekiq="6.5.12", gems={"hiredis": "0.6.3"})
    assert lines(report(repo, tmp_path, "7.3")) == ["hiredis-driver Gemfile.lock:5"]
    repo = repo.but(gems={"hiredis": "0.6.3", "hiredis-client": "0.24.0"})
    assert lines(report(repo, tmp_path, "7.3")) == []


CODE = {
    "config/initializers/sidekiq.rb": "Sidekiq.logger = nil\nSidekiq.options[:x] = 1\n",
    "config/database.yml": "production:\n  pool: <%= Sidekiq.options[:concurrency] %>\n",
    "app/jobs/lock_job.rb": "class LockJob\n  include Sidekiq::Job\n  sidekiq_options lock: :until_executed\n"
    "  def perform(id)\n    LockJob.perform_async(:again)\n  end\nend\n",
}


def test_code_that_the_target_does_not_take_is_told_once_for_each_place(tmp_path: Path) -> None:
    found = report(Repo(sidekiq="6.5.12", unique_jobs="7.1.33"), tmp_path, "7.3", **CODE)
    assert lines(found) == [
        "gem-pair Gemfile.lock:10 first",
        "symbol-argument app/jobs/lock_job.rb:5 first",
        "sidekiq-method-in-erb config/database.yml:2 first",
        "sidekiq-module-method config/initializers/sidekiq.rb:1 first",
        "sidekiq-module-method config/initializers/sidekiq.rb:2 first",
    ]


def test_what_is_wrong_today_already_is_left_to_check(tmp_path: Path) -> None:
    assert lines(report(Repo(sidekiq="7.0.9"), tmp_path, "7.3", **CODE)) == []


def test_a_way_out_that_several_places_share_is_told_once(tmp_path: Path) -> None:
    Repo(sidekiq="6.5.12", files=CODE).write(tmp_path)
    done = sidekiq_gen(tmp_path, "upgrade", "--to", "7.3")
    assert done.out.count("Set it on what Sidekiq.configure_server yields") == 1
    assert "    1  Sidekiq.logger = is gone" in done.out
    assert "    2  Sidekiq.options is gone" in done.out
