class Order < ApplicationRecord
  include Payable
  self.table_name = "orders"
  self.primary_key = :number
  self.ignored_columns += %w[old]
  STATES = %w[pending paid].freeze
  STATE_DONE = "done"
  enum :status, { pending: 0, paid: "p" }, prefix: true
  enum state: STATES.index_by(&:itself)
  attr_readonly :token
  belongs_to :shop, optional: true
  has_one :receipt
  validates :state, inclusion: { in: STATES }, presence: true
  aasm column: :state do
    state :pending, initial: true
    state :paid, :void
    event :pay do
      transitions from: :pending, to: :paid
    end
  end
  state_machine :state, initial: :pending do
    event :pay do
      transition [:pending] => :paid, if: :x
    end
  end
  def settle!(idempotency_key: nil)
  end
end
