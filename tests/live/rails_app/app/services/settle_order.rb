# frozen_string_literal: true

class SettleOrder
  def initialize(order, idempotency_key: nil)
    @order = order
    @key = idempotency_key
  end

  def call
    Effect.create!(name: "settled #{@key}", subject: @order.id)
  end
end
