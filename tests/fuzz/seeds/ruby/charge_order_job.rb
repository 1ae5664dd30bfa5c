# frozen_string_literal: true

# Charges what was ordered.
class ChargeOrderJob
  include Sidekiq::Job

  LIMIT = 5

  sidekiq_options queue: :payments, retry: 3, lock: :until_executed
  sidekiq_retry_in { |count, error| count * 10 }
  sidekiq_retries_exhausted do |job, error|
    ErrorReporter.report(error, extra: { job: job["jid"] })
  end

  def perform(order_id, amount = 1, *rest, currency: "EUR", **options)
    order = Order.find_by(id: order_id)
    return unless order

    PaymentGateway.charge(order.token, "a#{1}b", 'c')
  rescue PaymentGateway::Declined => e
    logger.warn(<<~TEXT)
      not code
    TEXT
  end

  private

  def helper = 1
end
