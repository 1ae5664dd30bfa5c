# frozen_string_literal: true

require "logger"
require "rails"
require "active_record/railtie"
require "active_job/railtie"
require "sidekiq"
require "factory_bot_rails" if ENV["RAILS_ENV"] == "test"

module Storefront
  class Application < Rails::Application
    config.root = File.expand_path("..", __dir__)
    config.load_defaults Rails::VERSION::STRING.to_f
    config.eager_load = Rails.env.production?
    config.cache_classes = true
    config.secret_key_base = "none"
    config.logger = ActiveSupport::Logger.new(ENV.fetch("RAILS_LOG", File::NULL))
    config.log_level = :warn
    config.active_job.queue_adapter = :sidekiq
    config.active_support.deprecation = ->(message, callstack, *) { StrictWarnings.deprecated(message, callstack) }

    # Active Support has all time zones there are loaded, a quarter of a boot; no test needs them.
    initializer(:no_time_zones, before: :eager_load!) { config.eager_load_namespaces.delete(TZInfo) }
  end
end
