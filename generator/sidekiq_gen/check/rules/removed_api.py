"""Classes and methods of Sidekiq that a release has no longer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sidekiq_gen.check import nodes
from sidekiq_gen.check.rule import Context, Edit, Example, FileRule, Finding, Rule
from sidekiq_gen.check.settings import constants, every, is_guarded

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sidekiq_gen.check.source import Source

_WRAPPER = "ActiveJob::QueueAdapters::SidekiqAdapter::JobWrapper"


def _library(text: str, **more: Any) -> Example:
    return Example({"lib/queues.rb": text}, **more)


class DelayedExtensions(FileRule):
    """Calls of ``.delay``."""

    code = "delayed-extensions"
    title = "Delayed extensions: .delay on a class or mailer"
    severity = "error"
    releases = ">=7.0.0"
    places = "all"
    words = ("delay",)
    why = "Sidekiq 7.0 has them no longer: NoMethodError for delay, NameError for Sidekiq::Extensions."
    source = "sidekiq v6.5.12 lib/sidekiq/delay.rb, gone in v7.0.0"
    way_out = "Write a job, or deliver_later for a mailer; `sidekiq-gen job NAME --calls CONSTANT.method` writes one."
    bad = Example({"app/models/user.rb": "class User\n  def welcome\n    UserMailer.delay.welcome(id)\n  end\nend\n"})
    good = Example(
        {"app/models/user.rb": "class User\n  def welcome\n    UserMailer.welcome(id).deliver_later\n  end\nend\n"}
    )

    def holds(self, context: Context) -> bool:
        """Not where a gem brings them back, or brings a ``delay`` of its own."""
        others = {"sidekiq-delay_extensions", "delayed_job", "dalli_delay", "gush"}
        return super().holds(context) and others.isdisjoint(context.gems)

    def check(self, source: Source, context: Context) -> Iterator[Finding]:
        """Yield each call on a constant whose answer is called in turn, and each mention of the module."""
        for call in source.calls("delay", "delay_for", "delay_until"):
            above = call.parent
            chained = above is not None and above.type == "call" and nodes.receiver(above) == call
            if nodes.constant(nodes.receiver(call)) and chained:
                shown = f"{nodes.text(nodes.receiver(call))}.{nodes.method_name(call)}"
                yield self.at(source, call, f"{shown} is gone since Sidekiq 7.0: push a job, or deliver_later.")
        for name, node in constants(source, {"Sidekiq::Extensions"}):
            if not is_guarded(node):
                yield self.at(source, node, f"{name} is gone since Sidekiq 7.0.")


class RemovedConstant(FileRule):
    """A constant that is no longer there."""

    code = "sidekiq-constant"
    title = "A constant of Sidekiq that is gone"
    severity = "error"
    places = "all"
    why = "It raises NameError where it is named."
    source = "the definitions in lib at sidekiq v6.0.7, v6.5.12, v7.0.0, v7.3.10, v8.0.0 and v8.1.7"
    way_out = "Take what the message names."
    bad = _library("Sidekiq::Stats::Queues.new.lengths\n")
    good = _library("Sidekiq::Stats.new.queues\n")

    # The first release without each, and what stands for it.
    _gone: Mapping[str, tuple[str, str]] = {
        "Sidekiq::ExceptionHandler": (">=6.5.0", "Sidekiq::Component"),
        "Sidekiq::Util": (">=6.5.0", "Sidekiq::Component"),
        "Sidekiq::DEFAULT_WORKER_OPTIONS": (">=6.5.0", "Sidekiq.default_job_options"),
        "Sidekiq::DEFAULTS": (">=7.0.0", "Sidekiq::Config::DEFAULTS"),
        "Sidekiq::DEFAULT_ERROR_HANDLER": (">=7.0.0", "Sidekiq::Config::ERROR_HANDLER"),
        "Sidekiq::Stats::Queues": (">=7.0.0", "Sidekiq::Stats.new.queues"),
        "Sidekiq::RedisConnection::RedisAdapter": (">=7.0.0", "Sidekiq::RedisClientAdapter"),
        "Sidekiq::WebAction": (">=8.0.0", "Sidekiq::Web::Action"),
        "Sidekiq::WebApplication": (">=8.0.0", "Sidekiq::Web::Application"),
        "Sidekiq::WebRouter": (">=8.0.0", "Sidekiq::Web::Router"),
        "Sidekiq::Web::CsrfProtection": (">=8.1.0", "nothing: Sec-Fetch-Site is checked"),
    }

    def check(self, source: Source, context: Context) -> Iterator[Finding]:
        """Yield each mention, unless a condition asks first."""
        from sidekiq_gen.sidekiq.ranges import holds

        gone = {name for name, (since, _) in self._gone.items() if holds(since, context.release.version)}
        for name, node in constants(source, gone):
            if not is_guarded(node):
                yield self.at(source, node, f"{name} is gone: {self._gone[name][1]}.")


class DeadSetLimits(FileRule):
    """The limits of the dead set as class methods."""

    code = "dead-set-limits"
    title = "DeadSet.max_jobs and DeadSet.timeout"
    severity = "error"
    releases = ">=7.0.0"
    places = "all"
    why = "Sidekiq 7.0 keeps both in its configuration: NoMethodError."
    source = "sidekiq v6.5.12 lib/sidekiq/api.rb:881, gone in v7.0.0"
    way_out = "Read Sidekiq.default_configuration[:dead_max_jobs] and [:dead_timeout_in_seconds]."
    bad = _library("puts Sidekiq::DeadSet.max_jobs\n")
    good = _library("puts Sidekiq.default_configuration[:dead_max_jobs]\n")

    def check(self, source: Source, context: Context) -> Iterator[Finding]:
        """Yield each of them."""
        for call in source.calls("max_jobs", "timeout"):
            if nodes.constant(nodes.receiver(call)).removeprefix("::") == "Sidekiq::DeadSet":
                yield self.at(source, call, f"DeadSet.{nodes.method_name(call)} is gone since Sidekiq 7.0.")


class OldWrapper(FileRule):
    """The old name of the class that wraps ActiveJob's jobs."""

    code = "active-job-wrapper"
    title = "The old name of the wrapper of ActiveJob's jobs"
    severity = "warning"
    releases = ">=8.0.0"
    words = ("JobWrapper",)
    why = "Since 8.0 payloads name Sidekiq::ActiveJob::Wrapper: a comparison with the old name finds nothing new."
    source = "sidekiq v8.0.0 lib/active_job/queue_adapters/sidekiq_adapter.rb:23, Changes.md 8.0.0 (the constant stays)"
    way_out = 'Look at job["wrapped"] or display_class; push as Sidekiq::ActiveJob::Wrapper.'
    bad = _library(f'Sidekiq::Queue.new.select {{ |job| job.klass == "{_WRAPPER}" }}\n', sidekiq="8.0.10")
    good = _library('Sidekiq::Queue.new.select { |job| job["wrapped"] }\n', sidekiq="8.0.10")

    def check(self, source: Source, context: Context) -> Iterator[Finding]:
        """Yield each mention, as a constant or as text."""
        if b"SidekiqAdapter::JobWrapper" not in source.data:
            return
        message = "Payloads name Sidekiq::ActiveJob::Wrapper since Sidekiq 8.0."
        for node in every(source):
            named = nodes.constant(node).removeprefix("::") == _WRAPPER
            if (named or nodes.name_of(node) == _WRAPPER) and not is_guarded(node):
                yield self.at(source, node, message)


class ClientPool(FileRule):
    """A pool in the first place of Client.new."""

    code = "client-pool"
    title = "Sidekiq::Client.new(pool) without the keyword"
    severity = "note"
    releases = ">=7.0.0"
    places = "all"
    why = "Since 7.0 it takes pool: and warns about a pool in the first place."
    source = "sidekiq v7.0.0 lib/sidekiq/client.rb:45"
    way_out = "Write Sidekiq::Client.new(pool: pool)."
    bad = _library("Sidekiq::Client.new(POOL).push(item)\n")
    good = _library("Sidekiq::Client.new(pool: POOL).push(item)\nSidekiq::Client.new.push(item)\n")

    def check(self, source: Source, context: Context) -> Iterator[Finding]:
        """Yield each of them, with the keyword put in."""
        for call in source.calls("new"):
            given = nodes.positional(call)
            if nodes.constant(nodes.receiver(call)).removeprefix("::") == "Sidekiq::Client" and len(given) == 1:
                edit = Edit(given[0].start_byte, given[0].start_byte, "pool: ")
                yield self.at(source, call, "Sidekiq::Client.new takes pool: since Sidekiq 7.0.", edit)


class WebSettings(FileRule):
    """Settings of the Web UI that 8.0 has no longer."""

    code = "web-setting"
    title = "A setting of Sidekiq::Web that is gone"
    severity = "error"
    releases = ">=8.0.0"
    places = "all"
    why = "Sidekiq 8.0 wrote the Web UI anew: NoMethodError where the routes are loaded."
    source = "sidekiq v7.3.10 lib/sidekiq/web.rb:58-99, v8.0.0 lib/sidekiq/web.rb:33-65"
    way_out = "Leave sessions and secrets out, use middleware with Sidekiq::Web.use, tabs with Sidekiq::Web.configure."
    bad = Example(
        {"config/routes.rb": 'require "sidekiq/web"\nSidekiq::Web.set :session_secret, "x"\n'}, sidekiq="8.0.10"
    )
    good = Example(
        {"config/routes.rb": 'require "sidekiq/web"\nSidekiq::Web.use Rack::Auth::Basic\n'}, sidekiq="8.0.10"
    )

    _gone = ("set", "enable", "disable", "settings", "default_tabs", "custom_tabs")

    def check(self, source: Source, context: Context) -> Iterator[Finding]:
        """Yield each of them, and what a later release will not have."""
        for call in source.calls(*self._gone):
            if nodes.constant(nodes.receiver(call)).removeprefix("::") == "Sidekiq::Web" and not is_guarded(call):
                yield self.at(source, call, f"Sidekiq::Web.{nodes.method_name(call)} is gone since Sidekiq 8.0.")


class WebRegister(FileRule):
    """An extension of the Web UI, registered in the old way."""

    code = "web-register"
    title = "Sidekiq::Web.register"
    severity = "note"
    releases = ">=8.0.0"
    places = "all"
    why = "It works and logs a deprecation at each boot."
    source = "sidekiq v8.0.0 lib/sidekiq/web.rb:66"
    way_out = "Write Sidekiq::Web.configure { |config| config.register(...) }."
    bad = _library('Sidekiq::Web.register(Mine, name: "mine", tab: "Mine", index: "mine")\n', sidekiq="8.0.10")
    good = _library(
        'Sidekiq::Web.configure { |web| web.register(Mine, name: "mine", tab: "Mine", index: "mine") }\n',
        sidekiq="8.0.10",
    )

    def check(self, source: Source, context: Context) -> Iterator[Finding]:
        """Yield each of them."""
        for call in source.calls("register"):
            if nodes.constant(nodes.receiver(call)).removeprefix("::") == "Sidekiq::Web" and not is_guarded(call):
                yield self.at(source, call, "Sidekiq::Web.register is deprecated since Sidekiq 8.0: configure.")


RULES: tuple[Rule, ...] = (
    DelayedExtensions(),
    RemovedConstant(),
    DeadSetLimits(),
    OldWrapper(),
    ClientPool(),
    WebSettings(),
    WebRegister(),
)
