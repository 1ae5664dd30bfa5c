"""What the rules on moves say of a release is what that release does: each piece of Ruby is run and read."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from live.ruby import run_ruby
from sidekiq_gen.check.rule import Example
from sidekiq_gen.check.rules import job_data, redis_calls, redis_settings, removed_api, removed_settings, test_modes
from support.rules import findings

if TYPE_CHECKING:
    from pathlib import Path

    from live.app import App
    from live.processes import Processes
    from live.roots import Variant
    from live.services import Redis

MODULES = (job_data, redis_calls, redis_settings, removed_api, removed_settings, test_modes)
RULES = [rule for module in MODULES for rule in module.RULES if rule.severity == "error"]
# Ruby, and what it answers where the release takes it; None where it only has not to raise.
PIECES: dict[str, object] = {
    "Sidekiq.options[:concurrency]": None,
    "Sidekiq.redis_info": None,
    "Sidekiq.default_worker_options": None,
    "Sidekiq.error_handlers": None,
    "Sidekiq.death_handlers": None,
    "Sidekiq.logger = Sidekiq.logger": None,
    "Sidekiq.logger.level": None,
    "Sidekiq.configure_client { |config| config.log_formatter }": None,
    "Sidekiq.configure_client { |config| config.default_worker_options = {} }": None,
    "Sidekiq::Extensions": None,
    "Sidekiq::DeadSet.max_jobs": None,
    "Sidekiq::DeadSet.new.size": None,
    "Sidekiq::Stats::Queues": None,
    "Sidekiq.testing!(:disable)": None,
    "Sidekiq.redis { |conn| conn.exists?('piece') }": None,
    "Sidekiq.redis { |conn| conn.mapped_hmset('piece', { 'a' => 1 }) }": None,
    "Sidekiq.redis { |conn| conn.mapped_mget('piece a') }": None,
    "Sidekiq.redis { |conn| conn.scan_each(match: 'x').to_a }": None,
    "Sidekiq.redis { |conn| conn.info('memory') }": None,
    "Sidekiq.redis { |conn| conn.info }": None,
    "Sidekiq.redis { |conn| conn.zrange('piece z', 0, -1, with_scores: true) }": None,
    "Sidekiq.redis { |conn| conn.zrange('piece z', 0, -1) }": None,
    "Sidekiq.redis { |conn| conn.eval('return 1', keys: [], argv: []) }": None,
    "Sidekiq.redis { |conn| conn.expire('piece x', 10.minutes) }": None,
    "Sidekiq.redis { |conn| conn.expire('piece x', 10.minutes.to_i) }": None,
    "Sidekiq.redis { |conn| conn.set('piece y', nil) }": None,
    "Sidekiq.redis { |conn| conn.sismember('piece s', '1') } ? 'yes' : 'no'": "no",
    "Sidekiq.redis { |conn| conn.hexists('piece h', '1') } ? 'yes' : 'no'": "no",
    "Sidekiq::Workers.new.map { |_, _, work| work['queue'] }": ["default"],
    "Sidekiq::Workers.new.map { |_, _, work| work['payload']['class'] }": ["Planted"],
    "Sidekiq::Queue.new.map { |job| (Time.at(job['enqueued_at']) - Time.now).abs < 60 }": [True],
}
PROGRAM = """
require "sidekiq/api"
work = JSON.generate("queue" => "default", "run_at" => Time.now.to_i, "payload" => JSON.generate("class" => "Planted"))
Sidekiq.redis do |conn|
  conn.sadd("processes", ["piece"])
  %w[work workers].each { |name| conn.hset("piece:#{name}", "thread", work) }
end
Sidekiq::Client.push("class" => "Planted", "args" => [])
REDIS = [("Redis::BaseError" if defined?(Redis)), ("RedisClient::Error" if defined?(RedisClient))].compact
REDIS.map!(&:constantize)
answers = JSON.parse(ARGV.first).map do |piece|
  value = eval(piece)
  { "answer" => [true, false, nil, "yes", "no"].include?(value) || Array === value ? value : 1 }
rescue NoMethodError, NameError, ArgumentError, TypeError, *REDIS => error
  { "error" => error.class.name }
end
puts JSON.generate(answers)
"""


def test_a_piece_fails_exactly_where_a_rule_says_so(
    processes: Processes, variant: Variant, app: App, redis: Redis, tmp_path: Path
) -> None:
    del redis
    printed = run_ruby(processes, variant, app, PROGRAM, json.dumps([*PIECES]))
    answers = dict(zip(PIECES, json.loads(printed.splitlines()[-1]), strict=True))
    for number, (piece, expected) in enumerate(PIECES.items()):
        folder = tmp_path / str(number)
        folder.mkdir()
        told = findings(
            Example({"lib/piece.rb": f"require 'sidekiq'\n{piece}\n"}, sidekiq=variant.sidekiq), folder, RULES
        )
        answer = answers[piece]
        failed = "error" in answer or (expected is not None and answer["answer"] != expected)
        assert failed == bool(told), (variant.sidekiq, piece, answer, told)
