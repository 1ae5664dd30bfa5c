# frozen_string_literal: true

require "net/http"

# Takes money. Two charges with the same idempotency key are one.
module PaymentGateway
  class Error < StandardError; end
  class CardDeclined < Error; end

  class RateLimited < Error
    attr_reader :retry_after # seconds or a date, as the service has it

    def initialize(message, retry_after:)
      super(message)
      @retry_after = retry_after
    end
  end

  ENDPOINT = URI("https://payments.example/v1/charges")

  def self.charge(customer_token, amount_cents:, idempotency_key:)
    body = { customer: customer_token, amount: amount_cents }.to_json
    headers = { "Content-Type" => "application/json", "Idempotency-Key" => idempotency_key }

    case response = Net::HTTP.post(ENDPOINT, body, headers)
    when Net::HTTPSuccess then JSON.parse(response.body)
    when Net::HTTPPaymentRequired then raise CardDeclined, response.message
    when Net::HTTPTooManyRequests then raise RateLimited.new(response.message, retry_after: response["Retry-After"])
    else raise Error, "#{response.code} #{response.message}"
    end
  end
end
