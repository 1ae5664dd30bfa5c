# frozen_string_literal: true

class Order < ApplicationRecord
  belongs_to :user
  belongs_to :restaurant

  enum :status, { pending: "pending", paid: "paid", cancelled: "cancelled" }

  validates :amount_cents, numericality: { only_integer: true, greater_than_or_equal_to: 0 }

  scope :uncharged, -> { where(charged_at: nil) }
  scope :placed_before, ->(time) { where(created_at: ...time) }
end
