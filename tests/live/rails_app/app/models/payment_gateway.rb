# frozen_string_literal: true

module PaymentGateway
  class Error < StandardError; end
  class CardDeclined < Error; end

  class RateLimited < Error
    attr_reader :retry_after

    def initialize(message = "too many requests", retry_after: nil)
      super(message)
      @retry_after = retry_after
    end
  end

  Charge = Struct.new(:id)

  def self.charge(customer_token, total_cents:, idempotency_key: nil)
    Effect.create!(name: "charged #{customer_token} #{total_cents} #{idempotency_key}")
    Charge.new("ch_1")
  end

  class Timeout < Error; end
end
