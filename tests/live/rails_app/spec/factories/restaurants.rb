# frozen_string_literal: true

FactoryBot.define do
  factory :restaurant do
    sequence(:name) { |number| "Restaurant #{number}" }
  end
end
