# frozen_string_literal: true

FactoryBot.define do
  factory :billing_invoice, class: "Billing::Invoice" do
    sequence(:name) { |number| "Invoice #{number}" }
  end

  factory :invoice, class: "Billing::Invoice" do
    sequence(:name) { |number| "Invoice #{number}" }
  end
end
