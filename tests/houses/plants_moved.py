"""Defects that a move of Sidekiq makes: what a release no longer takes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from houses.planting import Planter
from houses.rewriting import class_name, in_perform

if TYPE_CHECKING:
    from collections.abc import Callable

    from houses.planting import Rewrite

SEVEN, EIGHT, NEWEST = "7.3.10", "8.0.10", "8.1.7"
INITIALIZER = "config/initializers/planted.rb"
CONTROLLER = "app/controllers/planted_controller.rb"
HELPER = "spec/planted_helper.rb"


def _does(line: str, sidekiq: str = SEVEN) -> Planter:
    """A line at the beginning of perform."""
    return Planter(lambda text: in_perform(text, line), gems={"sidekiq": sidekiq})


def _sets(lines: str, sidekiq: str = SEVEN, path: str = INITIALIZER) -> Planter:
    """A file of its own beside the job."""
    return Planter(gems={"sidekiq": sidekiq}, more=lambda _: {path: lines})


def _configured(line: str, sidekiq: str = SEVEN, block: str = "configure_server") -> Planter:
    return _sets(f"Sidekiq.{block} do |config|\n  {line}\nend\n", sidekiq)


def _handed(argument: str) -> Callable[[str], dict[str, str]]:
    def controller(text: str) -> dict[str, str]:
        return {
            CONTROLLER: "class PlantedController\n  def create\n"
            f"    {class_name(text)}.perform_async({argument})\n  end\n\n  def planted_params\n"
            "    params.require(:planted).permit(:name)\n  end\nend\n"
        }

    return controller


def _asked(text: str) -> str | None:
    lines = "begin\n  Sidekiq::Queue.new.size\nrescue Redis::CannotConnectError\n  nil\nend"
    return in_perform(text, lines)


PLANTERS: dict[str, Rewrite | Planter] = {
    "sidekiq-module-method": _does("Sidekiq.options[:concurrency]"),
    "sidekiq-config-method": _configured("config.log_formatter = Planted.new"),
    "redis-pool-object": _configured("config.redis = { url: ENV['REDIS_URL'], namespace: 'planted' }"),
    "redis-setting": _configured("config.redis = { url: 'redis://planted', sentinels: [{ host: 'planted' }] }"),
    "redis-old-command": _does('Sidekiq.redis { |conn| conn.setex("planted", 60, 1) }'),
    "hiredis-driver": Planter(
        gems={"sidekiq": SEVEN},
        more=lambda _: {
            INITIALIZER: "Sidekiq.configure_server do |config|\n  config.redis = { driver: :hiredis }\nend\n"
        },
        suits=lambda house: "hiredis-client" not in house.context_with({}).gems,
    ),
    "capsule-on-client": _configured("config.queues = %w[planted]", block="configure_client"),
    "error-handler-arguments": _configured("config.error_handlers << ->(error, context) { planted(error) }", EIGHT),
    "redis-method": _does('Sidekiq.redis { |conn| conn.exists?("planted") }'),
    "redis-argument": _does('Sidekiq.redis { |conn| conn.expire("planted", 10.minutes) }'),
    "redis-boolean": _does('return unless Sidekiq.redis { |conn| conn.hsetnx("planted", "x", 1) }'),
    "redis-error-class": Planter(_asked, gems={"sidekiq": SEVEN}),
    "delayed-extensions": _does("PlantedMailer.delay.planted(1)"),
    "sidekiq-constant": _does("Sidekiq::Stats::Queues.new.lengths"),
    "dead-set-limits": _does("Sidekiq::DeadSet.max_jobs"),
    "work-payload": _does('Sidekiq::WorkSet.new.any? { |_, _, work| work["payload"]["class"] == "Planted" }'),
    "work-as-hash": _does('Sidekiq::WorkSet.new.each { |_, _, work| work["queue"] }', EIGHT),
    "payload-milliseconds": _does('Sidekiq::Queue.new.each { |job| Time.at(job["enqueued_at"]) }', EIGHT),
    "active-job-wrapper": _does('"ActiveJob::QueueAdapters::SidekiqAdapter::JobWrapper"', EIGHT),
    "client-pool": _does("Sidekiq::Client.new(PLANTED)"),
    "web-setting": _sets("require 'sidekiq/web'\nSidekiq::Web.set :sessions, false\n", EIGHT),
    "web-register": _sets("Sidekiq::Web.register(Planted, name: 'x', tab: 'x', index: 'x')\n", EIGHT),
    "testing-file": _sets("require 'sidekiq/testing'\n", NEWEST, HELPER),
    "testing-too-early": _sets("Sidekiq.testing!(:fake)\n", EIGHT, HELPER),
    "testing-nested": _sets("Sidekiq::Testing.inline! do\n  Sidekiq::Testing.fake! { go }\nend\n", SEVEN, HELPER),
    "params-argument": Planter(gems={"sidekiq": SEVEN}, more=_handed("planted_params")),
}
