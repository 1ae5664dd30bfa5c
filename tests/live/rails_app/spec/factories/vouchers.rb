# frozen_string_literal: true

FactoryBot.define do
  # factory_bot_rails refuses a primary key among the attributes.
  factory :voucher do
    initialize_with { new(code: SecureRandom.hex(8)) }
  end
end
