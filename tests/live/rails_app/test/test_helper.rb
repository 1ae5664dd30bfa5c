# frozen_string_literal: true

require_relative "../config/environment"
require "rails/test_help"

Sidekiq.logger.level = Logger::WARN

ActiveSupport::TestCase.include(FactoryBot::Syntax::Methods)
ActiveSupport::TestCase.fixtures :all
