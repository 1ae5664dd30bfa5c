# frozen_string_literal: true

class ImportOrders
  def self.call(orders)
    orders.each { |order| Effect.create!(name: "imported", subject: order.id) }
  end
end
