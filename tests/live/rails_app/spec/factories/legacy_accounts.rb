# frozen_string_literal: true

FactoryBot.define do
  factory :legacy_account
end
