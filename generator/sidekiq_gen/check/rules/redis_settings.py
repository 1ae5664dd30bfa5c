"""What ``config.redis=`` takes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sidekiq_gen.check import nodes
from sidekiq_gen.check.rule import Context, Example, FileRule, Finding, Rule
from sidekiq_gen.check.settings import is_assigned, is_guarded, settings
from sidekiq_gen.sidekiq.tables.config import ConfigTable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from sidekiq_gen.check.source import Source

_INITIALIZER = "config/initializers/sidekiq.rb"


def _initializer(text: str, **more: Any) -> Example:
    return Example({_INITIALIZER: text}, **more)


class RedisPoolObject(FileRule):
    """A pool or a namespace for config.redis=."""

    code = "redis-pool-object"
    title = "config.redis= takes neither a pool nor a namespace"
    severity = "error"
    releases = ">=7.0.0"
    why = "Since 7.0 Sidekiq makes its own pools of redis-client from a hash: a ConnectionPool or namespace: raises."
    source = "sidekiq v7.3.10 lib/sidekiq/redis_client_adapter.rb:79; docs/7.0-Upgrade.md"
    way_out = "Give a hash with url:, and a database of its own instead of a namespace (redis://host/1)."
    bad = _initializer(
        'Sidekiq.configure_server do |config|\n  config.redis = { url: ENV["REDIS_URL"], namespace: "app" }\nend\n'
    )
    good = _initializer('Sidekiq.configure_server do |config|\n  config.redis = { url: ENV["REDIS_URL"] }\nend\n')

    def check(self, source: Source, context: Context) -> Iterator[Finding]:
        """Yield each assignment whose value, or that of the variable it names, is one."""
        for call, value in _given(source):
            if "namespace" in nodes.pairs(value):
                yield self.at(source, call, "config.redis= with namespace: raises ArgumentError since Sidekiq 7.0.")
            elif "ConnectionPool" in nodes.text(value) or nodes.text(value).startswith(("Redis.new", "proc", "->")):
                yield self.at(source, call, "config.redis= takes a hash since Sidekiq 7.0, and makes its own pool.")


class RedisSetting(FileRule):
    """A key of config.redis= that redis-client reads differently."""

    code = "redis-setting"
    title = "A setting of Redis that Sidekiq no longer takes"
    severity = "error"
    releases = ">=7.0.0"
    why = "redis-client asks for the name of what the sentinels watch, and Sidekiq speaks RESP3 alone since 7.1.5."
    source = "sidekiq docs/7.0-API-Migration.md (sentinels); v7.1.5 lib/sidekiq/redis_connection.rb:17 (protocol)"
    way_out = 'Add name: "mymaster" beside sentinels:, and leave protocol: out.'
    bad = _initializer(
        "Sidekiq.configure_server do |config|\n"
        '  config.redis = { url: "redis://mymaster", sentinels: [{ host: "one" }] }\nend\n'
    )
    good = _initializer(
        "Sidekiq.configure_server do |config|\n"
        '  config.redis = { url: "redis://mymaster", name: "mymaster", sentinels: [{ host: "one" }] }\nend\n'
    )

    def check(self, source: Source, context: Context) -> Iterator[Finding]:
        """Yield each hash that is seen to have one."""
        for call, value in _given(source):
            keys = nodes.pairs(value)
            if "sentinels" in keys and not {"name", "master_name"} & {*keys}:
                yield self.at(source, call, "sentinels: without name: raises since Sidekiq 7.0.")
            protocol = keys.get("protocol")
            if ConfigTable.redis_protocol_3_only.holds_for(context.release.version) and nodes.text(protocol) == "2":
                yield self.at(source, call, "protocol: 2 raises since Sidekiq 7.1.5.")


class HiredisDriver(FileRule):
    """The driver of the gem hiredis."""

    code = "hiredis-driver"
    title = "The driver hiredis without hiredis-client"
    severity = "error"
    releases = ">=7.0.0"
    why = "Sidekiq 7 talks through redis-client, whose driver is the gem hiredis-client; without it boot raises."
    source = "sidekiq v7.0.0 lib/sidekiq/redis_client_adapter.rb; redis-client README (Drivers)"
    way_out = 'Add gem "hiredis-client" to the Gemfile, or leave driver: out.'
    bad = _initializer(
        'Sidekiq.configure_server do |config|\n  config.redis = { url: ENV["REDIS_URL"], driver: :hiredis }\nend\n'
    )
    good = Example(
        {
            _INITIALIZER: 'Sidekiq.configure_server do |config|\n  config.redis = { url: ENV["REDIS_URL"] }\nend\n',
            "config/application.rb": "config.active_job.queue_adapter = :sidekiq\n"
            "config.cache_store = :redis_cache_store, { driver: :hiredis }\n",
        }
    )

    def holds(self, context: Context) -> bool:
        """Not where the gem is locked."""
        return super().holds(context) and "hiredis-client" not in context.gems

    def check(self, source: Source, context: Context) -> Iterator[Finding]:
        """Yield each hash for config.redis= that names it."""
        for call, value in _given(source):
            if nodes.name_of(nodes.pairs(value).get("driver")) == "hiredis":
                yield self.at(source, call, "driver: :hiredis needs the gem hiredis-client since Sidekiq 7.0.")


def _given(source: Source) -> Iterator[tuple[Node, Node]]:
    """Yield each assignment to config.redis= with what it assigns, unless a condition asks for a release."""
    for _, call in settings(source):
        if nodes.method_name(call) == "redis" and is_assigned(call) and not is_guarded(call):
            value = _meant(source, nodes.field(call.parent, "right"))
            if value is not None:
                yield call, value


def _meant(source: Source, value: Node | None) -> Node | None:
    """A value, or what is assigned in this file to the variable or constant that it names."""
    if value is None or value.type not in {"identifier", "constant"}:
        return value
    name = nodes.text(value)
    found = [
        nodes.field(one, "right")
        for one in nodes.walk(source.root, into=nodes.METHODS)
        if one.type == "assignment" and nodes.text(nodes.field(one, "left")) == name
    ]
    return found[-1] if found else value


RULES: tuple[Rule, ...] = (RedisPoolObject(), RedisSetting(), HiredisDriver())
