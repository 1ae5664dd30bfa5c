# frozen_string_literal: true

require_relative "../lib/strict_warnings"
require_relative "application"

Rails.application.initialize!
Sidekiq.logger.extend(StrictWarnings::LoggerHook)

require_relative "../db/prepare"
