# frozen_string_literal: true

FactoryBot.define do
  factory :user do
    sequence(:name) { |number| "User #{number}" }
  end
end
