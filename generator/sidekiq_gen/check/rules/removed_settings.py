"""Settings that a release has no longer, or takes no longer in that form."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sidekiq_gen.check import nodes
from sidekiq_gen.check.rule import Context, Edit, Example, FileRule, Finding, RepoRule, Rule
from sidekiq_gen.check.settings import (
    calls_of_sidekiq,
    is_assigned,
    is_guarded,
    is_sidekiq,
    references,
    settings,
)
from sidekiq_gen.regex import regex

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tree_sitter import Node

    from sidekiq_gen.check.index import Index
    from sidekiq_gen.check.source import Source
    from sidekiq_gen.rails.app import RailsApp

_IN_ERB = regex(r"\bSidekiq(?:\[|\.options\b|\.redis_info\b)", needs="Sidekiq")
_INITIALIZER = "config/initializers/sidekiq.rb"
_IN_BLOCKS = "inside Sidekiq.configure_server and Sidekiq.configure_client"


def _initializer(text: str, **more: Any) -> Example:
    return Example({_INITIALIZER: text}, **more)


class RemovedModuleMethod(FileRule):
    """A method of the module Sidekiq that 7.0 has no longer."""

    code = "sidekiq-module-method"
    title = "A method that the module Sidekiq has no longer"
    severity = "error"
    releases = ">=7.0.0"
    places = "all"
    why = "Sidekiq 7.0 moved its settings to the object that configure_server yields: NoMethodError."
    source = "sidekiq v6.5.12 lib/sidekiq.rb:55-332, v7.0.0 lib/sidekiq.rb:45-129; docs/7.0-API-Migration.md"
    way_out = "Set it on what Sidekiq.configure_server yields, read it from Sidekiq.default_configuration."
    bad = _initializer("Sidekiq.logger = Rails.logger\nSidekiq.options[:max_retries] = 5\n")
    good = _initializer(
        "Sidekiq.configure_server do |config|\n  config.logger = Rails.logger\n  config[:max_retries] = 5\nend\n"
        "Sidekiq.logger.info('up')\n"
    )

    _readers: Mapping[str, str] = {
        "options": "config[:key] in a block, or Sidekiq.default_configuration[:key]",
        "redis_info": "Sidekiq.default_configuration.redis_info",
        "error_handlers": f"config.error_handlers {_IN_BLOCKS}",
        "death_handlers": f"config.death_handlers {_IN_BLOCKS}",
        "client_middleware": f"config.client_middleware {_IN_BLOCKS}",
        "server_middleware": "config.server_middleware inside Sidekiq.configure_server",
        "on": "config.on inside Sidekiq.configure_server",
        "log_formatter": "Sidekiq.logger.formatter",
        "default_worker_options": "Sidekiq.default_job_options",
        "handle_exception": "Sidekiq.default_configuration.handle_exception",
        "merge!": "config.merge! in a block",
        "default_server_middleware": "config.server_middleware inside Sidekiq.configure_server",
        "default_error_handler": "Sidekiq::Config::ERROR_HANDLER",
    }
    _writers: Mapping[str, str] = {
        "options": "config[:key] = value in a block",
        "redis": f"config.redis = {{...}} {_IN_BLOCKS}",
        "logger": f"config.logger = {_IN_BLOCKS}",
        "log_formatter": "config.logger.formatter = in a block",
        "average_scheduled_poll_interval": "config.average_scheduled_poll_interval = in a block",
        "default_worker_options": "Sidekiq.default_job_options =",
        "concurrency": "config.concurrency = inside Sidekiq.configure_server",
        "queues": "config.queues = inside Sidekiq.configure_server",
    }

    def check(self, source: Source, context: Context) -> Iterator[Finding]:
        """Yield each of them that no condition keeps from an older release."""
        for call in calls_of_sidekiq(source, *{*self._readers, *self._writers}):
            name, assigned = nodes.method_name(call), is_assigned(call)
            instead = (self._writers if assigned else self._readers).get(name)
            if instead and not is_guarded(call):
                shown = f"Sidekiq.{name}{' =' if assigned else ''}"
                yield self.at(source, call, f"{shown} is gone since Sidekiq 7.0: {instead}.", *self._edits(call, name))
        for call in source.calls("receive", "expects", "stubs"):
            name = nodes.name_of(next(iter(nodes.arguments(call)), None))
            if name in self._readers and _is_stub_of_sidekiq(call):
                yield self.at(source, call, f"Sidekiq.{name} is gone since Sidekiq 7.0, and so cannot be stubbed.")
        for node in references(source, "Sidekiq["):
            if is_sidekiq(nodes.field(node, "object")) and not is_guarded(node):
                on = nodes.field(node, "object")
                edits = () if on is None or is_assigned(node) else (_after(on, ".default_configuration"),)
                message = "Sidekiq[...] is gone since Sidekiq 7.0: Sidekiq.default_configuration[...]."
                yield self.at(source, node, message, *edits)

    @staticmethod
    def _edits(call: Node, name: str) -> tuple[Edit, ...]:
        """The rewrite of what only moved."""
        on = nodes.receiver(call)
        return (_after(on, ".default_configuration"),) if name == "redis_info" and on is not None else ()


class RemovedInErb(RepoRule):
    """The same in the ERB of a YAML file: ``pool: <%= Sidekiq.options[:concurrency] %>``."""

    code = "sidekiq-method-in-erb"
    title = "A method that the module Sidekiq has no longer, in ERB"
    severity = "error"
    releases = ">=7.0.0"
    why = "Rails evaluates the file when it boots: NoMethodError since Sidekiq 7.0."
    source = RemovedModuleMethod.source
    way_out = "Read Sidekiq.default_configuration[:concurrency], or the environment that sets it."
    bad = Example({"config/database.yml": "production:\n  pool: <%= Sidekiq.options[:concurrency] %>\n"})
    good = Example({"config/database.yml": "production:\n  pool: <%= ENV.fetch('RAILS_MAX_THREADS', 5) %>\n"})

    def check(self, index: Index, app: RailsApp, context: Context) -> Iterator[Finding]:
        """Yield each in a file of config/."""
        del index
        for name in app.repo.names("config"):
            text = app.repo.read(f"config/{name}") or "" if name.endswith((".yml", ".yaml")) else ""
            for number, line in enumerate(text.split("\n"), 1):
                found = _IN_ERB.search(line)
                if found and "respond_to?" not in line:
                    message = (
                        f"{found[0].replace('[', '[...]')} is gone since Sidekiq 7.0: Sidekiq.default_configuration."
                    )
                    yield Finding(self.code, f"config/{name}", number, found.start() + 1, message)


class RemovedConfigMethod(FileRule):
    """A method that what configure_server yields has no longer."""

    code = "sidekiq-config-method"
    title = "A setting that configure_server no longer takes"
    severity = "error"
    releases = ">=7.0.0"
    why = "Up to 6.5 the block was handed the module Sidekiq, since 7.0 a Sidekiq::Config without it: NoMethodError."
    source = "sidekiq v7.0.0 lib/sidekiq/config.rb:44-256; run on 7.0.0, 7.3.10, 8.1.7"
    way_out = "Write config.logger.formatter =, config[:key], Sidekiq.default_job_options =, Sidekiq.strict_args!."
    bad = _initializer("Sidekiq.configure_server do |config|\n  config.log_formatter = MyFormatter.new\nend\n")
    good = _initializer("Sidekiq.configure_server do |config|\n  config.logger.formatter = MyFormatter.new\nend\n")

    _instead: Mapping[str, str] = {
        "options": "config[:key]",
        "log_formatter": "config.logger.formatter",
        "default_job_options": "Sidekiq.default_job_options",
        "default_worker_options": "Sidekiq.default_job_options",
        "strict_args!": "Sidekiq.strict_args!",
    }

    def check(self, source: Source, context: Context) -> Iterator[Finding]:
        """Yield each of them."""
        for _, call in settings(source):
            name = nodes.method_name(call)
            if name in self._instead and not is_guarded(call):
                message = f"config.{name} is gone since Sidekiq 7.0: {self._instead[name]}."
                yield self.at(source, call, message)


class CapsuleOnClient(FileRule):
    """Queues or threads in configure_client."""

    code = "capsule-on-client"
    title = "Queues or threads are set in configure_client"
    severity = "error"
    releases = ">=7.0.0"
    why = "The class behind them is only loaded in a Sidekiq process: everywhere else NameError at boot."
    source = "sidekiq v8.1.7 lib/sidekiq/config.rb:137; run on 7.0.0, 7.3.10, 8.1.7"
    way_out = "Set them in Sidekiq.configure_server alone."
    bad = _initializer("Sidekiq.configure_client do |config|\n  config.concurrency = 3\nend\n")
    good = _initializer("Sidekiq.configure_server do |config|\n  config.concurrency = 3\nend\n")

    def check(self, source: Source, context: Context) -> Iterator[Finding]:
        """Yield each of them."""
        for _, call in settings(source, "configure_client"):
            name = nodes.method_name(call)
            if name == "capsule" or (name in {"concurrency", "queues"} and is_assigned(call)):
                yield self.at(source, call, f"config.{name} in configure_client raises NameError since Sidekiq 7.0.")


def _is_stub_of_sidekiq(call: Node) -> bool:
    """Whether a stub is one of the module: ``allow(Sidekiq).to receive(:options)``, ``Sidekiq.stubs(:options)``."""
    if is_sidekiq(nodes.receiver(call)):
        return True
    above = call.parent
    while above is not None and above.type in {"call", "argument_list"}:
        on = nodes.receiver(above) if above.type == "call" else None
        if on is not None and nodes.method_name(on) in {"allow", "expect"}:
            return any(is_sidekiq(one) for one in nodes.arguments(on))
        above = above.parent
    return False


def _after(node: Node, text: str) -> Edit:
    return Edit(node.end_byte, node.end_byte, text)


RULES: tuple[Rule, ...] = (
    RemovedModuleMethod(),
    RemovedInErb(),
    RemovedConfigMethod(),
    CapsuleOnClient(),
)
