"""What ``Sidekiq.redis`` yields: a client of the gem redis up to 6.5, of redis-client since 7.0."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sidekiq_gen.check import nodes
from sidekiq_gen.check.rule import Context, Example, FileRule, Finding, Rule
from sidekiq_gen.check.settings import block_parameters, is_guarded, redis_blocks, redis_calls

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tree_sitter import Node

    from sidekiq_gen.check.source import Source

_ADAPTER = "sidekiq v7.3.10 lib/sidekiq/redis_client_adapter.rb"
# Methods of the gem redis 4 that are no commands of Redis, so that the adapter has nothing to send. What to call.
_NO_COMMANDS: Mapping[str, str] = {
    "exists?": "exists(key) > 0",
    "sadd?": "sadd(key, member) == 1",
    "srem?": "srem(key, member) == 1",
    "mapped_hmset": "hset(key, hash)",
    "mapped_mset": 'call("MSET", hash)',
    "mapped_msetnx": 'call("MSETNX", hash)',
    "mapped_mget": "mget(*keys)",
    "mapped_hmget": "hmget(key, *fields)",
    "scan_each": 'scan("MATCH", pattern)',
    "sscan_each": "sscan(key)",
    "hscan_each": "hscan(key)",
    "zscan_each": "zscan(key)",
    "client": "close, to disconnect",
    "disconnect!": "close",
    "with_reconnect": "the block itself",
    "without_reconnect": "the block itself",
    "synchronize": "the block itself",
}
# Commands that answered true or false in the gem redis 4 and answer 1 or 0 in redis-client; 0 is true to Ruby.
_NUMBERS = frozenset(
    "sadd srem sismember smove hexists hsetnx setnx msetnx expire expireat pexpire persist move renamenx".split()
)
_OLD = frozenset("rpoplpush zrangebyscore zrevrange zrevrangebyscore getset hmset setex setnx".split())
_BRANCHES = frozenset({"if", "unless", "elsif", "if_modifier", "unless_modifier", "conditional", "while", "until"})
_UNITS = frozenset(
    f"{unit}{plural}"
    for unit in ("second", "minute", "hour", "day", "week", "fortnight", "month", "year")
    for plural in ("", "s")
)
_CONNECTION_ERRORS = frozenset({"Redis::CannotConnectError", "Redis::TimeoutError", "Redis::ConnectionError"})
_ERRORS = _CONNECTION_ERRORS | {"Redis::BaseError", "Redis::BaseConnectionError", "Redis::CommandError"}
_OWN_REDIS = (b"Redis.new", b"Redis.current", b"$redis", b"REDIS", b"redis_client", b"with_redis")


def _model(text: str, **more: Any) -> Example:
    return Example({"app/models/counter.rb": f"class Counter\n  def count\n    {text}\n  end\nend\n"}, **more)


class NoRedisCommand(FileRule):
    """A method that redis-client does not have."""

    code = "redis-method"
    title = "A method that the connection of Sidekiq 7 does not have"
    severity = "error"
    releases = ">=7.0.0"
    places = "all"
    why = "Since 7.0 the connection is redis-client's: whatever it lacks is sent to Redis as a command, which raises."
    source = f"{_ADAPTER}:21-57"
    way_out = 'Call the command itself, conn.call("EXISTS", key), and mind that it answers a number.'
    bad = _model('Sidekiq.redis { |conn| conn.exists?("count") }')
    good = _model('Sidekiq.redis { |conn| conn.exists("count") > 0 }')

    def check(self, source: Source, context: Context) -> Iterator[Finding]:
        """Yield each of them; and the commands whose arguments the adapter passes on differently."""
        for name, call in redis_calls(source):
            if is_guarded(call):
                continue
            if name in _NO_COMMANDS:
                yield self.at(source, call, f"{name} is none of redis-client's methods: {_NO_COMMANDS[name]}.")
            elif call.type == "call":
                yield from self._differing(source, name, call)

    def _differing(self, source: Source, name: str, call: Node) -> Iterator[Finding]:
        """Commands that exist, called in a way that only the gem redis understands."""
        keys = nodes.pairs(call)
        if name in {"eval", "evalsha"} and {"keys", "argv"} & {*keys}:
            yield self.at(source, call, f"{name} with keys: and argv: is the gem redis': evalsha(sha, keys, argv).")
        elif name == "info" and nodes.arguments(call):
            yield self.at(source, call, 'info takes no arguments in Sidekiq 7: call("INFO", section).')
        elif "with_scores" in keys:
            yield self.at(source, call, f"with_scores: is the gem redis': {name}(..., withscores: true).")
        elif name in {"blpop", "brpop"} and "timeout" in keys:
            yield self.at(source, call, f"timeout: is the gem redis': blocking_call(timeout, {name!r}, key, timeout).")
        elif name in {"scan", "sscan", "hscan", "zscan"} and _is_pair(call):
            yield self.at(source, call, f"{name} takes no cursor in redis-client: it yields every element itself.")
        elif name in {"multi", "pipelined"} and nodes.block(call) is not None and not block_parameters(call):
            yield self.at(source, call, f"{name} collects only what is called on the object that it yields.")


class RedisArgument(FileRule):
    """An argument that redis-client refuses."""

    code = "redis-argument"
    title = "An argument that redis-client refuses"
    severity = "error"
    releases = ">=7.0.0"
    places = "all"
    why = "redis-client takes strings, symbols and numbers; a duration, a time, true, false or nil raises TypeError."
    source = "redis-client v0.14.1 lib/redis_client/command_builder.rb"
    way_out = "Pass 1.hour.to_i, time.to_i or a string."
    bad = _model('Sidekiq.redis { |conn| conn.set("count", 1, ex: 5.minutes) }')
    good = _model('Sidekiq.redis { |conn| conn.set("count", 1, nx: true, ex: 5.minutes.to_i) }')

    def check(self, source: Source, context: Context) -> Iterator[Finding]:
        """Yield each argument that is seen to be one; of an option, true and false are switches."""
        for _, call in redis_calls(source):
            for one in nodes.arguments(call) if call.type == "call" else ():
                value = nodes.field(one, "value") if one.type == "pair" else one
                wrong = value is not None and (
                    _is_duration(value) or _is_time(value) or (value == one and value.type in {"nil", "true", "false"})
                )
                if wrong:
                    yield self.at(source, one, f"redis-client raises TypeError for {nodes.text(value)}.")
        for call in source.calls("configure_server_middleware", "configure_client_middleware"):
            expiration = nodes.pairs(call).get("expiration")
            of_status = nodes.constant(nodes.receiver(call)).endswith("Sidekiq::Status")
            if of_status and expiration is not None and _is_duration(expiration):
                message = "sidekiq-status hands this duration to redis-client, which raises TypeError: to_i."
                yield self.at(source, expiration, message)


class RedisBoolean(FileRule):
    """A number that is taken for a truth."""

    code = "redis-boolean"
    title = "A 0 from Redis counts as true"
    severity = "error"
    releases = ">=7.0.0"
    places = "all"
    why = "Up to 6.5 such a command answered true or false; redis-client answers 1 or 0, and 0 is true to Ruby."
    source = "redis v4.8.1 lib/redis/commands.rb:42 (Boolify) and its users; facts section 5: 0 and 1 on 7"
    way_out = "Compare: conn.sadd(key, member) == 1."
    bad = _model('return unless Sidekiq.redis { |conn| conn.setnx("count", 1) }')
    good = _model('return unless Sidekiq.redis { |conn| conn.setnx("count", 1) } == 1')

    def check(self, source: Source, context: Context) -> Iterator[Finding]:
        """Yield each such command whose answer decides a branch, negated or not."""
        lending = {id_of(call): call for call in redis_blocks(source)}
        for name, call in redis_calls(source):
            if name not in _NUMBERS or is_guarded(call):
                continue
            if call.type == "block_argument":
                outer = call.parent.parent if call.parent is not None else None
            else:
                outer = _answer_of(call, lending)
            if (call.type == "call" and _decides(call)) or (outer is not None and _decides(outer)):
                yield self.at(source, call, f"{name} answers 1 or 0 since Sidekiq 7.0, and 0 is true: compare with 1.")


class RedisErrorClass(FileRule):
    """A rescue of the gem redis' errors around what Sidekiq does."""

    code = "redis-error-class"
    title = "A rescue of an error that Sidekiq's connection no longer raises"
    severity = "error"
    releases = ">=7.0.0"
    places = "all"
    words = ("Redis::",)
    why = "Since 7.0 Sidekiq talks through redis-client, whose errors are RedisClient's: the rescue catches nothing."
    source = f"{_ADAPTER}:9-10"
    way_out = "Rescue RedisClient::CannotConnectError, RedisClient::CommandError or RedisClient::Error."
    bad = _model('Sidekiq::Queue.new("low").size\n  rescue Redis::CannotConnectError\n    0')
    good = _model('Sidekiq::Queue.new("low").size\n  rescue RedisClient::CannotConnectError\n    0')

    def check(self, source: Source, context: Context) -> Iterator[Finding]:
        """Yield each rescue around something of Sidekiq's that no connection of the app's own can have raised."""
        for rescue in source.of_type("rescue"):
            named = nodes.field(rescue, "exceptions")
            wrong = [one for one in (named.named_children if named is not None else ()) if nodes.text(one) in _ERRORS]
            around = rescue.parent
            if not wrong or around is None or "RedisClient" in nodes.text(named):
                continue
            body = source.data[around.start_byte : rescue.start_byte]
            if _pushes_or_asks(body) and not any(own in body for own in _OWN_REDIS):
                written = nodes.text(wrong[0])
                yield self.at(source, wrong[0], f"Sidekiq 7 raises RedisClient::{written.rpartition('::')[2]} here.")


def id_of(node: Node) -> tuple[int, int]:
    """What tells two nodes of a file apart."""
    return node.start_byte, node.end_byte


def _pushes_or_asks(body: bytes) -> bool:
    return b"Sidekiq" in body or b".perform_async" in body or b".perform_in(" in body


def _is_pair(call: Node) -> bool:
    """Whether an answer is taken apart: ``cursor, keys = conn.scan(cursor)``."""
    above = call.parent
    left = nodes.field(above, "left") if above is not None and above.type == "assignment" else None
    return left is not None and left.type == "left_assignment_list"


def _is_duration(node: Node) -> bool:
    on = nodes.receiver(node) if node.type == "call" else None
    return on is not None and on.type in {"integer", "float"} and nodes.method_name(node) in _UNITS


def _is_time(node: Node) -> bool:
    return nodes.text(node) in {"Time.now", "Time.current", "Time.zone.now", "Date.today", "Date.current"}


def _answer_of(call: Node, lending: Mapping[tuple[int, int], Node]) -> Node | None:
    """The call of ``Sidekiq.redis`` whose block ends with a call, so that it answers the same."""
    body = call.parent
    if body is not None and body.type in {"block_body", "body_statement"} and body.named_children[-1] == call:
        body = body.parent
    outer = body.parent if body is not None and body.type in {"block", "do_block"} else None
    return lending.get(id_of(outer)) if outer is not None else None


def _decides(node: Node) -> bool:
    """Whether a value decides something: a condition, a side of && or ||, what ! negates, what a ``...?`` answers."""
    above = node.parent
    while above is not None and above.type == "parenthesized_statements":
        node, above = above, above.parent
    if above is None:
        return False
    if above.type in _BRANCHES:
        return nodes.field(above, "condition") == node
    if above.type == "unary":
        return nodes.text(above).startswith(("!", "not "))
    if above.type == "binary":
        return nodes.text(nodes.field(above, "operator")) in {"&&", "||", "and", "or"}
    if above.type == "body_statement" and above.named_children[-1] == node:
        method = above.parent
        return method is not None and nodes.text(nodes.field(method, "name")).endswith("?")
    return False


class OldRedisCommand(FileRule):
    """A command that Redis has deprecated."""

    code = "redis-old-command"
    title = "A command that Redis has deprecated"
    severity = "note"
    releases = ">=7.1.0"
    why = "Since 7.1.0 Sidekiq prints a warning for each such call."
    source = "sidekiq v7.3.10 lib/sidekiq/redis_client_adapter.rb:13 (DEPRECATED_COMMANDS), :54"
    way_out = "Call what stands for it: set with ex: or nx:, hset, zrange with byscore or rev, lmove."
    bad = _model('Sidekiq.redis { |conn| conn.setex("count", 60, 1) }')
    good = _model('Sidekiq.redis { |conn| conn.set("count", 1, ex: 60) }')

    def check(self, source: Source, context: Context) -> Iterator[Finding]:
        """Yield each of them."""
        for name, call in redis_calls(source):
            if name in _OLD and not is_guarded(call):
                yield self.at(source, call, f"{name} prints a warning since Sidekiq 7.1.")


RULES: tuple[Rule, ...] = (NoRedisCommand(), RedisArgument(), RedisBoolean(), RedisErrorClass(), OldRedisCommand())
