"""Defects in locks: advisory locks, and those of sidekiq-unique-jobs and sidekiq-throttled."""

from __future__ import annotations

from typing import TYPE_CHECKING

from houses.planting import Planter
from houses.rewriting import at_end_of_perform, in_class, in_perform, with_option

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from houses.checked import Checked
    from houses.planting import Rewrite

_XACT = (
    'return unless ActiveRecord::Base.connection.select_value("SELECT pg_try_advisory_xact_lock(42)")',
    "ActiveRecord::Base.connection.execute(<<~SQL)\n  SELECT pg_advisory_xact_lock(42)\nSQL",
    'sql = "SELECT pg_advisory_xact_lock(#{jid.to_i})"\nApplicationRecord.connection.execute(sql)',
)
_BY_METHOD = (
    "planted_lock",
    'def planted_lock\n  ActiveRecord::Base.connection.execute("SELECT pg_advisory_xact_lock(42)")\nend\n',
)
_KEYS = (
    'Order.connection.execute("SELECT pg_advisory_xact_lock(1, #{order.id})")',
    'Order.connection.select_value("SELECT pg_try_advisory_lock(#{KEY}, #{order_id})")',
    "Order.connection.execute(<<~SQL)\n  SELECT pg_advisory_xact_lock(7, #{record.account_id})\nSQL",
)
_HASHES = (
    'key = "planted-#{jid}".hash\nOrder.connection.execute("SELECT pg_advisory_xact_lock(#{key})")',
    'Order.connection.execute("SELECT pg_advisory_xact_lock(#{self.class.name.hash})")',
    "Order.with_advisory_lock([1, 2].hash) { true }",
)
_TS = (
    'return unless Order.connection.select_value("SELECT pg_try_advisory_lock(1)") == "t"',
    'locked = Order.connection.select_value("SELECT pg_try_advisory_lock(1)")\nreturn if locked != "t"',
)
_POLLED = (
    'sleep 0.1 until Order.connection.select_value("SELECT pg_try_advisory_lock(1)")',
    'loop do\n  break if Order.connection.select_value("SELECT pg_try_advisory_lock(1)")\nend',
)


def _one_of(lines: tuple[str, ...], put: Callable[[str, str], str | None] = in_perform) -> Rewrite:
    """Put one of these into a job, not the same one into all."""
    return lambda text: put(text, lines[len(text) % len(lines)])


def _xact(text: str) -> str | None:
    if len(text) % 4 < len(_XACT):
        return in_perform(text, _XACT[len(text) % 4])
    called, method = _BY_METHOD
    with_call = in_perform(text, called)
    return in_class(with_call, method) if with_call else None


def _session(text: str) -> str | None:
    taken = in_perform(text, 'Order.connection.execute("SELECT pg_advisory_lock(1)")')
    return at_end_of_perform(taken, 'Order.connection.execute("SELECT pg_advisory_unlock(1)")') if taken else None


def _options(**said: str) -> Rewrite:
    """Say this in a job that has no lock of any kind."""

    def rewrite(text: str) -> str | None:
        new: str | None = None if "lock" in text else text
        for key, value in said.items():
            new = with_option(new, key, value) if new else None
        return new

    return rewrite


def _without(gem: str) -> Callable[[Checked], bool]:
    return lambda house: gem not in house.context.gems


def _unique(version: str = "8.1.0", *, fresh: bool = False, **said: str) -> Planter:
    gems: Mapping[str, str] = {"sidekiq": "7.3.2", "sidekiq-unique-jobs": version}
    return Planter(_options(**said), gems, suits=_without("sidekiq-unique-jobs") if fresh else lambda _: True)


def _throttle(version: str, *, module: bool = True) -> Planter:
    include = "include Sidekiq::Throttled::Job\n" if module else ""
    return Planter(
        lambda text: in_class(text, f"{include}sidekiq_throttle concurrency: {{ limit: 2 }}\n"),
        {"sidekiq": "7.2.4", "sidekiq-throttled": version},
        suits=_without("sidekiq-throttled"),
    )


PLANTERS: dict[str, Rewrite | Planter] = {
    "xact-lock-outside-transaction": _xact,
    "advisory-lock-int4-keys": _one_of(_KEYS),
    "advisory-lock-hash-key": _one_of(_HASHES),
    "advisory-lock-compared-with-t": _one_of(_TS),
    "session-lock-without-ensure": _session,
    "advisory-lock-polled-from-cache": _one_of(_POLLED),
    "unique-unknown-lock": _unique(lock=":until_done"),
    "unique-conflict-strategy": _unique(lock=":until_executed", on_conflict=":reject"),
    "unique-conflict-form": _unique(lock=":until_executed", on_conflict=":replace"),
    "unique-args-option": _unique(lock=":until_executed", unique_args="->(args) { args.first }"),
    "unique-old-option": _unique(unique=":until_executed"),
    "unique-ttl-duration": _unique("8.0.12", lock=":until_executed", lock_ttl="1.hour"),
    "unique-ttl-before-retries": _unique(lock=":until_executed", lock_ttl="60", retry="5"),
    "unique-reject-frees": _unique("8.0.10", lock=":while_executing", on_conflict=":reject"),
    "unique-lock-without-ttl": _unique(fresh=True, lock=":until_executed"),
    "unique-until-expired-without-ttl": _unique(fresh=True, lock=":until_expired"),
    "unique-not-wired": _unique(fresh=True, lock=":until_executed"),
    "unique-jobs-pair": _unique("7.1.27", fresh=True, lock=":until_executed"),
    "unique-gem-missing": Planter(_options(lock=":until_executed"), suits=_without("sidekiq-unique-jobs")),
    "throttled-not-set-up": _throttle("1.0.1"),
    "throttled-module-missing": _throttle("1.5.2", module=False),
    "throttled-pair": _throttle("0.16.2"),
}
