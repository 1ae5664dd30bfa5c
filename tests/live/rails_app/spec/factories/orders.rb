# frozen_string_literal: true

FactoryBot.define do
  factory :order do
    sequence(:name) { |number| "Order #{number}" }
  end
end
