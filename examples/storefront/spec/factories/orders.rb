# frozen_string_literal: true

FactoryBot.define do
  factory :order do
    user
    restaurant
    amount_cents { 2450 }
    sequence(:customer_token) { |n| "customer-token-#{n}" }

    trait :charged do
      status { "paid" }
      charged_at { Time.current }
    end
  end
end
