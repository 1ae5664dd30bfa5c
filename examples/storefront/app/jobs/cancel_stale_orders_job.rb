# frozen_string_literal: true

class CancelStaleOrdersJob
  include Sidekiq::Job

  sidekiq_options queue: "default", retry: 3

  def perform(days = 7)
    stale = Order.pending.uncharged.placed_before(days.days.ago)

    stale.in_batches.update_all(status: "cancelled", updated_at: Time.current)
  end
end
