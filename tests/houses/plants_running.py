"""Defects in what a run does: errors, threads, marks, and when jobs are pushed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from houses.planting import Planter
from houses.rewriting import around_perform, at_end_of_perform, class_name, in_class, in_perform

if TYPE_CHECKING:
    from collections.abc import Mapping

    from houses.planting import Rewrite

_LOADED = (
    "Order.all.each { |order| order.touch }",
    "Order.where(paid: true).map(&:touch)",
    'Order.includes(:lines).where("paid_at < ?", 1.day.ago).each do |order|\n  order.touch\nend',
)
_THREADS = (
    "Thread.new { Order.sync }",
    "threads = 3.times.map { Thread.new { Order.sync } }\nthreads.each(&:join)",
    "Concurrent::Promises.future { Order.sync }",
    "fork { Order.sync }",
)
_SHARED = (
    "Time.zone = 'UTC'",
    "I18n.locale = :de",
    "@@planted = jid",
    "$planted = jid",
    "self.class.planted = jid",
    'ENV["PLANTED"] = jid',
    "PLANTED << jid",
)
_LEFT = ("exit if Order.none?", "abort 'no orders' if Order.none?", "exit! if Order.none?")
_SLEPT = ("sleep 30", "sleep(5.seconds)", "sleep DELAY", "sleep rand(10)")
_IN_TRANSACTION = (
    "Order.transaction do\n  Order.create!\n  {job}.perform_async(1)\nend",
    "order = Order.first\norder.with_lock do\n  order.touch\n  {job}.perform_async(order.id)\nend",
    "ActiveRecord::Base.transaction do\n  Order.find_each {{ |order| {job}.perform_async(order.id) }}\nend",
)


def _one_of(lines: tuple[str, ...]) -> Rewrite:
    """Put one of these into a job, not the same one into all; ``{job}`` is its class."""

    def rewrite(text: str) -> str | None:
        chosen = lines[len(text) % len(lines)]
        return in_perform(text, chosen.format(job=f"::{class_name(text)}") if "{job}" in chosen else chosen)

    return rewrite


def _rescued(error: str, body: str) -> Rewrite:
    return lambda text: around_perform(text, "begin", f"rescue {error}=> e\n  {body}\nend")


def _marked_early(text: str) -> str | None:
    return in_perform(
        text,
        "planted = Order.find(1)\nreturn if planted.processed_at?\n\nplanted.update!(processed_at: Time.current)",
    )


def _marked_late(text: str) -> str | None:
    if "lock" in text or "transaction" in text:
        return None
    ended = at_end_of_perform(text, "planted.update!(processed_at: Time.current)")
    return in_perform(ended, "planted = Order.find(1)\nreturn if planted.processed_at?\n") if ended else None


def _cached(text: str) -> str | None:
    return in_perform(
        text,
        'return if Rails.cache.exist?("planted/#{jid}")\n\nRails.cache.write("planted/#{jid}", true, expires_in: 60)',
    )


def _per_record(text: str) -> str | None:
    return in_perform(text, f"Order.find_each {{ |order| ::{class_name(text)}.perform_async(order.id) }}")


def _callback(text: str) -> Mapping[str, str]:
    job = class_name(text)
    after = ("after_create", "after_save", "after_update")[len(text) % 3]
    push = f"::{job}.perform_async(id)"
    models = (
        f"class Planted < ApplicationRecord\n  {after} :announce\n\n  def announce\n    {push}\n  end\nend\n",
        f"class Planted < ApplicationRecord\n  {after} {{ {push} }}\nend\n",
        f"class Planted < ApplicationRecord\n  {after} -> {{ {push} }}\nend\n",
    )
    return {"app/models/planted.rb": models[len(text) % 7 % 3]}


PLANTERS: dict[str, Rewrite | Planter] = {
    "rescue-exception": _rescued("Exception ", "Rails.logger.error(e.message)"),
    "swallowed-error": _rescued("", "Rails.logger.error(e.message)"),
    "rescue-retries-for-ever": _rescued("", "Rails.logger.error(e.message)\n  retry"),
    "rescue-modifier": lambda text: in_perform(text, "Order.sync rescue nil"),
    "exhausted-block-raises": lambda text: in_class(
        text, "sidekiq_retries_exhausted do |job, error|\n  raise error\nend\n"
    ),
    "mark-before-work": _marked_early,
    "check-then-act-without-lock": _marked_late,
    "push-per-record": _per_record,
    "push-in-transaction": _one_of(_IN_TRANSACTION),
    "push-in-callback": Planter(more=_callback),
    "loads-all-records": _one_of(_LOADED),
    "loop-over-table-in-perform": lambda text: in_perform(text, "Order.find_each { |order| order.touch }"),
    "sleep-in-job": _one_of(_SLEPT),
    "thread-in-job": _one_of(_THREADS),
    "timeout-in-job": lambda text: in_perform(text, "Timeout.timeout(30) { Order.sync }"),
    "exit-in-job": _one_of(_LEFT),
    "global-state-in-job": _one_of(_SHARED),
    "cache-as-lock": _cached,
    "pushes-itself-always": lambda text: in_perform(text, "self.class.perform_in(60)"),
}
