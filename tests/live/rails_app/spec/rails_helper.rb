# frozen_string_literal: true

require_relative "../config/environment"
require "rspec/rails"
require_relative "../lib/until_failure"

Sidekiq.logger.level = Logger::WARN

RSpec.configure do |config|
  config.use_transactional_fixtures = true
  config.infer_spec_type_from_file_location!
  config.filter_rails_from_backtrace!
  config.raise_errors_for_deprecations!
  config.raise_on_warning = true
  config.include FactoryBot::Syntax::Methods
  config.mock_with(:rspec) { |mocks| mocks.verify_partial_doubles = true }
  UntilFailure.for_rspec(config) if ENV["LIVE_UNTIL_FAILURE"]
end
