FactoryBot.define do
  factory :order, aliases: %i[purchase], class: "Order" do
    sequence(:total_cents) { |n| n }
    state { "pending" }
    association :shop
    trait(:paid) { state { "paid" } }
    after(:create) { |order| order.touch }
    factory :paid_order, traits: [:paid], parent: :order do
      paid
    end
  end
  factory "billing/invoice", class: Billing::Invoice
end
Fabricator(:restaurant, from: :order) do
  name "x"
end
