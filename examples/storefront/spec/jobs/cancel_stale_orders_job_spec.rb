# frozen_string_literal: true

require "rails_helper"

RSpec.describe CancelStaleOrdersJob do
  subject(:job) { described_class.new }

  it "cancels an order that nobody paid for in a week" do
    order = create(:order, created_at: 8.days.ago)

    job.perform

    expect(order.reload).to be_cancelled
  end

  it "leaves younger orders alone" do
    order = create(:order, created_at: 6.days.ago)

    job.perform

    expect(order.reload).to be_pending
  end

  it "leaves paid orders alone" do
    order = create(:order, :charged, created_at: 8.days.ago)

    job.perform

    expect(order.reload).to be_paid
  end

  it "changes nothing when it runs again" do
    order = create(:order, created_at: 8.days.ago)
    job.perform

    expect { job.perform }.not_to(change { order.reload.attributes })
  end
end
