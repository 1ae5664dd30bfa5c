# frozen_string_literal: true

FactoryBot.define do
  factory :user do
    sequence(:name) { |n| "Customer #{n}" }
    sequence(:email) { |n| "customer-#{n}@storefront.example" }
  end
end
