# frozen_string_literal: true

FactoryBot.define do
  factory :customer do
    sequence(:name) { |number| "Customer #{number}" }
  end
end
