"""What an initializer can set, and what the logger knows, by release of Sidekiq."""

from __future__ import annotations

from sidekiq_gen.sidekiq.capability import Table, rows_of
from sidekiq_gen.sidekiq.gems import SIDEKIQ

row = rows_of(SIDEKIQ)


class ConfigTable(Table):
    """What an initializer can set, and what the logger knows, by release of Sidekiq."""

    # error handlers and events
    error_handler_two_arguments = row(
        "<8.0.0",
        "a lambda of (error, context) works as error handler, from 7.1.5 on with a notice in the log",
        "v7.3.10 lib/sidekiq/config.rb:296",
    )
    error_handler_three_arguments = row(
        ">=7.1.5", "an error handler is handed the configuration as third argument", "v7.1.5 lib/sidekiq/config.rb:272"
    )
    lifecycle_exit = row(">=8.0.2", "config.on(:exit) runs last of all", "v8.0.2 lib/sidekiq/config.rb:30")
    middleware_modules = row(
        ">=6.5.0", "include Sidekiq::ServerMiddleware or ClientMiddleware", "v6.5.0 lib/sidekiq/middleware/modules.rb:2"
    )

    # settings
    default_job_options = row(
        ">=6.4.2", "Sidekiq.default_job_options= sets options for every job", "v6.4.2 lib/sidekiq.rb:160"
    )
    default_worker_options = row(
        "<7.0.0", "Sidekiq.default_worker_options= sets options for every job", "v6.5.12 lib/sidekiq.rb:225"
    )
    config_index = row(
        ">=6.5.0", "config[:key] = value; below config.options[:key] = value", "v6.5.0 lib/sidekiq.rb:102"
    )
    five_threads = row(
        ">=7.0.0", "five threads where nothing says how many; below it is ten", "v7.0.0 lib/sidekiq/config.rb:15"
    )
    config_concurrency = row(
        ">=6.5.0", "config.concurrency= and config.queues= inside configure_server", "v6.5.0 lib/sidekiq.rb:57"
    )
    options_hash = row("<7.0.0", "Sidekiq.options holds every setting", "v6.5.12 lib/sidekiq.rb:96")
    module_configuration = row(
        "<7.0.0",
        "Sidekiq.logger=, Sidekiq.redis=, Sidekiq.error_handlers and the like outside configure_server",
        "v6.5.12 lib/sidekiq.rb:201",
    )
    module_index = row(">=6.5.0,<7.0.0", "Sidekiq[:key] reads and writes a setting", "v6.5.12 lib/sidekiq.rb:106")
    default_configuration = row(
        ">=7.0.0", "Sidekiq.default_configuration holds every setting", "v7.0.0 lib/sidekiq.rb:88"
    )
    capsules = row(
        ">=7.0.0", "config.capsule gives some queues threads of their own", "v7.0.0 lib/sidekiq/config.rb:104"
    )
    embedding = row(">=7.0.0", "Sidekiq.configure_embed runs jobs in any process", "v7.0.0 lib/sidekiq.rb:122")
    config_frozen_after_boot = row(
        ">=7.3.3", "settings raise FrozenError when they are changed after boot", "v7.3.3 lib/sidekiq/config.rb:206"
    )
    backtrace_cleaner = row(
        ">=7.1.0",
        "config[:backtrace_cleaner] shortens the backtraces that are stored",
        "v7.1.0 lib/sidekiq/config.rb:34",
    )

    # Redis
    redis_pool_objects = row(
        "<7.0.0", "config.redis= takes a ConnectionPool, and the option namespace", "v6.5.12 lib/sidekiq.rb:202"
    )
    redis_client_gem = row(
        ">=7.0.0", "Sidekiq.redis yields redis-client; below the gem redis", "v7.0.0 lib/sidekiq/redis_connection.rb:21"
    )
    redis_protocol_3_only = row(
        ">=7.1.5", "config.redis= with protocol: 2 raises", "v7.1.5 lib/sidekiq/redis_connection.rb:17"
    )
    reap_idle_redis_connections = row(
        ">=8.0.9",
        "config.reap_idle_redis_connections(seconds) closes connections that idle; 8.1.0 needs no number",
        "v8.0.9 lib/sidekiq/config.rb:148",
    )

    # logging and context
    context_with = row(
        ">=6.0.1", "Sidekiq::Context.with adds to the log lines of a block", "v6.0.1 lib/sidekiq/logger.rb:8"
    )
    context_add = row(
        ">=6.4.1",
        "Sidekiq::Context.add adds to the log lines of the rest of the job",
        "v6.4.1 lib/sidekiq/logger.rb:20",
    )
    plain_formatter = row(">=8.0.7", "Sidekiq::Logger::Formatters::Plain", "v8.0.7 lib/sidekiq/logger.rb:58")
    skip_default_job_logging = row(
        ">=7.3.0", "config[:skip_default_job_logging] silences start and done", "v7.3.0 lib/sidekiq/job_logger.rb:15"
    )
    logged_job_attributes = row(
        ">=8.0.9",
        "config[:logged_job_attributes] names what of a job goes on its log lines",
        "v8.0.9 lib/sidekiq/config.rb:39",
    )
    current_attributes = row(
        ">=6.3.0",
        "Sidekiq::CurrentAttributes.persist carries ActiveSupport::CurrentAttributes into jobs",
        "v6.3.0 lib/sidekiq/middleware/current_attributes.rb:16",
    )
    current_attributes_by_name = row(
        ">=6.5.8",
        "CurrentAttributes.persist takes the name of the class, so that reloading works",
        "v6.5.8 lib/sidekiq/middleware/current_attributes.rb:25",
    )
    current_attributes_many = row(
        ">=7.1.1",
        "CurrentAttributes.persist takes several classes",
        "v7.1.1 lib/sidekiq/middleware/current_attributes.rb:79",
    )

    # around it
    active_job_adapter = row(
        ">=7.3.3",
        "Sidekiq brings its own ActiveJob adapter",
        "v7.3.3 lib/active_job/queue_adapters/sidekiq_adapter.rb:26",
    )
    active_job_wrapper_renamed = row(
        ">=8.0.0",
        "the payload of an ActiveJob names Sidekiq::ActiveJob::Wrapper as its class",
        "v8.0.0 lib/active_job/queue_adapters/sidekiq_adapter.rb:23",
    )
    delayed_extensions = row(
        "<7.0.0", "Sidekiq::Extensions.enable_delay! adds .delay to classes", "v6.5.12 lib/sidekiq/delay.rb:5"
    )
    web_configure = row(">=7.3.7", "Sidekiq::Web.configure sets up the Web UI", "v7.3.7 lib/sidekiq/web.rb:54")
    job_generator = row(
        ">=6.4.0",
        "rails generate sidekiq:job; below sidekiq:worker",
        "v6.4.0 lib/generators/sidekiq/job_generator.rb:5",
    )
    generator_jobs_directory = row(
        ">=8.1.1",
        "config.generators.sidekiq jobs_directory: says where jobs live",
        "v8.1.1 lib/generators/sidekiq/job_generator.rb:64",
    )
