"""What a release of Sidekiq no longer takes: each rule beside what only looks like it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sidekiq_gen.check.rule import Example
from sidekiq_gen.check.rules import (
    error_handlers,
    job_data,
    redis_calls,
    redis_settings,
    removed_api,
    removed_settings,
    test_modes,
)
from sidekiq_gen.upgrade.rules.changes import CHANGES
from support.rules import findings

if TYPE_CHECKING:
    from pathlib import Path

    from sidekiq_gen.check.rule import Rule

MODULES = (error_handlers, job_data, redis_calls, redis_settings, removed_api, removed_settings, test_modes)
RULES = [*(rule for module in MODULES for rule in module.RULES), *CHANGES]


def codes(text: str, root: Path, sidekiq: str = "8.1.7", path: str = "lib/x.rb", **gems: str) -> list[str]:
    """What these rules find in one file."""
    return [one.code for one in findings(Example({path: text}, sidekiq=sidekiq, gems=gems), root, RULES)]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Sidekiq.options[:concurrency]", "sidekiq-module-method"),
        ("Sidekiq[:concurrency]", "sidekiq-module-method"),
        ("Sidekiq[:concurrency] = 3", "sidekiq-module-method"),
        ("::Sidekiq.logger = Logger.new($stdout)", "sidekiq-module-method"),
        ("Sidekiq.redis = { url: URL }", "sidekiq-module-method"),
        ("Sidekiq.error_handlers << handler", "sidekiq-module-method"),
        ("Sidekiq.default_worker_options = { retry: 3 }", "sidekiq-module-method"),
        ("allow(Sidekiq).to receive(:redis_info).and_return({})", "sidekiq-module-method"),
        ("Sidekiq.stubs(:options).returns({})", "sidekiq-module-method"),
        ("Sidekiq.configure_client { |c| c.options[:x] = 1 }", "sidekiq-config-method"),
        (
            "pool = ConnectionPool.new { Redis.new }\nSidekiq.configure_client { |c| c.redis = pool }",
            "redis-pool-object",
        ),
        ("Sidekiq.configure_server { |c| c.redis = { namespace: 'x' } }", "redis-pool-object"),
        ("Sidekiq.configure_server { |c| c.redis = { protocol: 2 } }", "redis-setting"),
        ("R = { sentinels: [] }\nSidekiq.configure_server { |c| c.redis = R }", "redis-setting"),
        ("Sidekiq.redis { |r| r.hmset('a', 'b', 1) }", "redis-old-command"),
        ("Sidekiq.configure_client { |c| c.queues = %w[a] }", "capsule-on-client"),
        ("Sidekiq.configure_client { |c| c.capsule('x') { |cap| cap.concurrency = 1 } }", "capsule-on-client"),
        ("Sidekiq\nconfig.error_handlers << lambda { |error, context| report(error) }", "error-handler-arguments"),
        ("Sidekiq\nconfig.error_handlers.push(->(error, context) { report(error) })", "error-handler-arguments"),
        ("Sidekiq\nconfig.error_handlers << ->(error, context = {}) { report(error) }", "error-handler-arguments"),
        ("Sidekiq.redis { |r| r.sadd?('a', 1) }", "redis-method"),
        ("Sidekiq.redis(&:client)", "redis-method"),
        ("Sidekiq.redis { _1.exists?('a') }", "redis-method"),
        ("Sidekiq.redis { |r| r.multi { |tx| tx.mapped_hmset('a', {}) } }", "redis-method"),
        ("Sidekiq.redis { |r| r.multi { r.incr('a') } }", "redis-method"),
        ("Sidekiq.redis { |r| r.info('memory') }", "redis-method"),
        ("Sidekiq.redis { |r| r.zrange('a', 0, -1, with_scores: true) }", "redis-method"),
        ("Sidekiq.redis { |r| cursor, keys = r.scan(cursor) }", "redis-method"),
        ("Sidekiq.redis { |r| r.evalsha(sha, keys: [1], argv: [2]) }", "redis-method"),
        ("def with(&block)\n  Sidekiq.redis(&block)\nend\ndef go\n  with { |r| r.exists?('a') }\nend", "redis-method"),
        ("Sidekiq.redis { |r| r.expire('a', 1.hour) }", "redis-argument"),
        ("Sidekiq.redis { |r| r.set('a', nil) }", "redis-argument"),
        ("Sidekiq.redis { |r| r.set('a', Time.now) }", "redis-argument"),
        ("Sidekiq::Status.configure_client_middleware config, expiration: 30.minutes", "redis-argument"),
        ("if Sidekiq.redis { |r| r.sismember('a', 1) }\n  go\nend", "redis-boolean"),
        ("go unless Sidekiq.redis { |r| r.hsetnx('a', 'b', 1) }", "redis-boolean"),
        ("Sidekiq.redis { |r| return true if r.sadd('a', 1) }", "redis-boolean"),
        ("def there?\n  Sidekiq.redis { |r| r.hexists('a', 'b') }\nend", "redis-boolean"),
        ("go if !Sidekiq.redis { |r| r.expire('a', 1) }", "redis-boolean"),
        ("begin\n  ChargeJob.perform_async(1)\nrescue Redis::CannotConnectError\nend", "redis-error-class"),
        ("UserMailer.delay_for(60).welcome(1)", "delayed-extensions"),
        ("Sidekiq::Extensions.enable_delay!", "delayed-extensions"),
        ("include Sidekiq::Util", "sidekiq-constant"),
        ("Sidekiq::WebAction.class_eval { }", "sidekiq-constant"),
        ("Sidekiq::DeadSet.timeout", "dead-set-limits"),
        ("Sidekiq::Workers.new.map { |p, t, work| work['queue'] }", "work-as-hash"),
        ("Sidekiq::WorkSet.new.each do |p, t, work|\n  work.payload['class']\nend", "work-payload"),
        ("Sidekiq::Workers.new.to_a.map { |entry| entry[2]['payload'] }", "work-as-hash"),
        ("Sidekiq\nTime.at(job['enqueued_at'])", "payload-milliseconds"),
        ("Sidekiq\nTime.now.to_f - job['created_at'].to_f", "payload-milliseconds"),
        ("push('class' => ActiveJob::QueueAdapters::SidekiqAdapter::JobWrapper)", "active-job-wrapper"),
        ("Sidekiq::Client.new(pool)", "client-pool"),
        ("Sidekiq::Web.set :sessions, false", "web-setting"),
        ("Sidekiq::Web.register(Mine)", "web-register"),
        ("require 'sidekiq/testing/inline'", "testing-file"),
        ("def go\n  Sidekiq.default_configuration[:x] = 1\nend", "frozen-configuration"),
    ],
)
def test_each_form_is_found(tmp_path: Path, text: str, code: str) -> None:
    assert codes(text, tmp_path) == [code]


@pytest.mark.parametrize(
    "text",
    [
        "Sidekiq.logger.info('x')",
        "Sidekiq.logger.level = Logger::WARN",
        "Sidekiq.redis { |r| r.get('a') }",
        "Sidekiq.default_configuration[:concurrency]",
        "Sidekiq.default_job_options = { 'retry' => 3 }",
        "Sidekiq.strict_args!(:warn)",
        "Sidekiq.respond_to?(:options) ? Sidekiq.options[:x] : 1",
        "if Sidekiq::VERSION < '7'\n  Sidekiq.logger = nil\nend",
        "Sidekiq.options[:x] unless Sidekiq.respond_to?(:default_configuration)",
        "Other.options[:x]",
        "allow(Other).to receive(:options)",
        "Sidekiq.configure_server { |config| config[:x] = 1; config.logger = nil; config.queues = %w[a] }",
        "Sidekiq.configure_server { |config| config.redis = { url: URL, size: 5 } }",
        "Sidekiq.configure_server { |config| config.redis = { protocol: 3, sentinels: [], name: 'x' } }",
        "$redis.hmset('a', 'b', 1)",
        "Rails.application.configure { |config| config.options = 1 }",
        "Sidekiq\nconfig.error_handlers << ->(error, context, config) { report(error) }",
        "Sidekiq\nconfig.error_handlers << ->(*arguments) { report(*arguments) }",
        "Sidekiq\nconfig.error_handlers << Reporter.new",
        "Sidekiq\nconfig.death_handlers << ->(job, error) { report(error) }",
        "Sidekiq.redis { |r| r.exists('a') == 1 }",
        "Sidekiq.redis { |r| r.multi { |tx| tx.incr('a') } }",
        "Sidekiq.redis { |r| r.scan('MATCH', 'a*').to_a }",
        "Sidekiq.redis { |r| r.set('a', 1, nx: true, ex: 1.hour.to_i) }",
        "Sidekiq.redis { |r| names.any? { |name| name.exists? } }",
        "$redis.with { |r| r.exists?('a') }",
        "if Sidekiq.redis { |r| r.sadd('a', 1) } == 1\n  go\nend",
        "if Sidekiq.redis { |r| r.get('a') }\n  go\nend",
        "Sidekiq.redis { |r| r.expire('a', 5) }",
        "begin\n  $redis.get('a')\n  ChargeJob.perform_async(1)\nrescue Redis::CannotConnectError\nend",
        "begin\n  Rails.cache.read('a')\nrescue Redis::CannotConnectError\nend",
        "begin\n  ChargeJob.perform_async(1)\nrescue Redis::BaseError, RedisClient::Error\nend",
        "animation.delay(3).start",
        "Timer.delay",
        "Sidekiq::DeadSet.new.size",
        "Timeout.timeout(3) { }",
        "Sidekiq::WorkSet.new.each { |p, t, work| work.job['args'] }",
        "Sidekiq::WorkSet.new.each { |p, t, work| jobs['queue'] }",
        "Sidekiq::WorkSet.new.to_a.map { |entry| entry[0]['x'] }",
        "Sidekiq::WorkSet.new.to_a.map { |entry| entry[2].payload }",
        "Sidekiq\nTime.at(job['enqueued_at'] / 1000.0)",
        "Sidekiq\nTime.at(order['created_at'])",
        "Sidekiq\nputs job['enqueued_at']",
        "Time.at(job['enqueued_at'])",
        "'ActiveJob::QueueAdapters::SidekiqAdapter'",
        "Sidekiq::Client.new(pool: pool)",
        "Client.new(pool)",
        "Sidekiq::Web.use Rack::Auth::Basic",
        "Sidekiq::Web.configure { |web| web.register(Mine) }",
        "require 'sidekiq/api'",
        "Sidekiq.respond_to?(:testing!) ? Sidekiq.testing!(:fake) : require('sidekiq/testing')",
        "Sidekiq::Testing.inline! { go }\nSidekiq::Testing.fake! { go }",
        "Sidekiq.default_configuration[:x] = 1",
    ],
)
def test_what_only_looks_like_it_is_not(tmp_path: Path, text: str) -> None:
    assert codes(text, tmp_path) == []


@pytest.mark.parametrize(
    ("text", "before", "after"),
    [
        ("Sidekiq.options[:x]", "6.5.12", "7.0.0"),
        ("Sidekiq.redis { |r| r.exists?('a') }", "6.5.12", "7.0.0"),
        ("Sidekiq::WorkSet.new.each { |p, t, work| work['payload']['class'] }", "7.2.0", "7.2.1"),
        ("Sidekiq\nconfig.error_handlers << ->(error, context) { report(error) }", "7.3.10", "8.0.0"),
        ("Sidekiq\nTime.at(job['enqueued_at'])", "7.3.10", "8.0.0"),
        ("require 'sidekiq/testing'", "8.1.0", "8.1.1"),
        ("Sidekiq.redis { |r| r.setex('a', 1, 2) }", "7.0.9", "7.1.0"),
        ("Sidekiq.configure_server { |c| c.redis = { protocol: 2 } }", "7.1.4", "7.1.5"),
        ("Sidekiq::Util", "6.4.2", "6.5.0"),
        ("Sidekiq::WebAction", "7.3.10", "8.0.0"),
        ("Sidekiq::Web::CsrfProtection", "8.0.10", "8.1.0"),
    ],
)
def test_a_rule_holds_from_its_release_on(tmp_path: Path, text: str, before: str, after: str) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    assert codes(text, tmp_path / "a", before) == []
    assert len(codes(text, tmp_path / "b", after)) == 1


def test_a_gem_that_brings_delay_back_silences_the_rule(tmp_path: Path) -> None:
    assert codes("UserMailer.delay.welcome(1)", tmp_path, **{"sidekiq-delay_extensions": "7.1.0"}) == []


def test_hiredis_with_its_client_is_right(tmp_path: Path) -> None:
    text = "Sidekiq.configure_server { |config| config.redis = { driver: :hiredis } }"
    assert codes(text, tmp_path, **{"hiredis-client": "0.24.0"}) == []


def test_a_nested_test_mode_is_found_in_tests(tmp_path: Path) -> None:
    text = "Sidekiq::Testing.fake! do\n  Sidekiq::Testing.disable! { go }\nend"
    assert codes(text, tmp_path, path="spec/x_spec.rb") == ["testing-nested"]
    assert codes(text, tmp_path, "7.1.6", path="spec/x_spec.rb") == []


def test_what_only_moved_is_rewritten(tmp_path: Path) -> None:
    texts = {
        "Sidekiq.redis_info": "Sidekiq.default_configuration.redis_info",
        "Sidekiq[:x]": "Sidekiq.default_configuration[:x]",
        "Sidekiq::Client.new(POOL)": "Sidekiq::Client.new(pool: POOL)",
        "Sidekiq::WorkSet.new.map { |p, t, w| w['queue'] }": "Sidekiq::WorkSet.new.map { |p, t, w| w.queue }",
    }
    for number, (text, becomes) in enumerate(texts.items()):
        (tmp_path / str(number)).mkdir()
        (found,) = findings(Example({"lib/x.rb": text}, sidekiq="8.1.7"), tmp_path / str(number), RULES)
        (edit,) = found.edits
        assert text[: edit.start] + edit.text + text[edit.end :] == becomes


@pytest.mark.parametrize("rule", CHANGES, ids=[rule.code for rule in CHANGES])
def test_changes_have_examples_that_show_them(rule: Rule, tmp_path: Path) -> None:
    (tmp_path / "bad").mkdir()
    (tmp_path / "good").mkdir()
    assert {one.code for one in findings(rule.bad, tmp_path / "bad", [rule])} == {rule.code}
    assert findings(rule.good, tmp_path / "good", [rule]) == []


@pytest.mark.parametrize(
    "files",
    [
        {"Procfile": "worker: bundle exec sidekiq -c 10\n"},
        {"Procfile": "worker: RAILS_MAX_THREADS=10 bundle exec sidekiq\n"},
        {"config/initializers/sidekiq.rb": "Sidekiq.configure_server { |config| config.concurrency = 10 }\n"},
    ],
)
def test_threads_that_are_given_elsewhere_do_not_change(tmp_path: Path, files: dict[str, str]) -> None:
    example = Example({"config/sidekiq.yml": ":queues:\n  - default\n", **files})
    assert [one.code for one in findings(example, tmp_path, RULES)] == []
