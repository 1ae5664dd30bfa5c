# frozen_string_literal: true

RSpec.configure do |config|
  config.expect_with(:rspec) { |expectations| expectations.include_chain_clauses_in_custom_matcher_descriptions = true }
  config.mock_with(:rspec) { |mocks| mocks.verify_partial_doubles = true }

  config.disable_monkey_patching!
  config.order = :random
  Kernel.srand config.seed
end
