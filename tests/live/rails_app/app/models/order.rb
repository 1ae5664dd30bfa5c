# frozen_string_literal: true

class Order < ApplicationRecord
  def settle!(idempotency_key: nil)
    Effect.create!(name: "settled #{idempotency_key}", subject: id)
  end
end
