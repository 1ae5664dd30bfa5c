"""Jobs with their specs, small ones: what the harness is tried on; and an initializer."""

JOB = """\
# frozen_string_literal: true

class MarkOrderJob
  include Sidekiq::Worker

  sidekiq_options queue: "marks", retry: 2

  def perform(order_id)
    order = Order.find_by(id: order_id)
    return unless order

    order.with_lock do
      next if order.processed?

      work(order)
      order.update_column(:processed, true)
    end
  end

  private

  def work(order)
    Effect.note("marked", order.id)
  end
end
"""

SPEC = """\
# frozen_string_literal: true

require "rails_helper"

RSpec.describe MarkOrderJob do
  subject(:job) { described_class.new }

  let(:order) { create(:order) }

  it "marks the order" do
    job.perform(order.id)

    expect(order.reload).to be_processed
  end

  it "works once" do
    expect(job).to receive(:work).once

    2.times { job.perform(order.id) }
  end
end
"""

TEST = """\
# frozen_string_literal: true

require "test_helper"

class MarkOrderJobTest < ActiveSupport::TestCase
  test "marks the order" do
    order = create(:order)

    MarkOrderJob.new.perform(order.id)

    assert_predicate order.reload, :processed?
  end
end
"""

LOCK_JOB = """\
# frozen_string_literal: true

class LockRestaurantJob
  include Sidekiq::Job

  def perform(restaurant_id)
    Restaurant.transaction do
      query = Restaurant.sanitize_sql(["SELECT pg_try_advisory_xact_lock(hashtextextended(?, 0))", restaurant_id])
      Effect.note("locked", restaurant_id) if Restaurant.uncached { Restaurant.connection.select_value(query) }
    end
  end
end
"""

LOCK_SPEC = """\
# frozen_string_literal: true

require "rails_helper"

RSpec.describe LockRestaurantJob do
  it "works under the lock, for a uuid" do
    restaurant = Restaurant.create!

    expect { described_class.new.perform(restaurant.id) }.to change(Effect, :count).by(1)
    expect(restaurant.id).to match(/\\A\\h{8}-/)
  end
end
"""

RETRY_JOB = """\
# frozen_string_literal: true

class FailOnceJob
  include Sidekiq::Job

  sidekiq_options retry: 3

  def perform(name)
    Effect.note("tried", name)
    raise PaymentGateway::Timeout, "not this time" if Effect.where(name: "tried", subject: name).one?
  end
end
"""

RETRY_SPEC = """\
# frozen_string_literal: true

require "rails_helper"

RSpec.describe FailOnceJob do
  it "fails the first time" do
    expect { described_class.new.perform("x") }.to raise_error(PaymentGateway::Timeout)
    expect(described_class.get_sidekiq_options).to include("retry" => 3)
  end
end
"""

THREE = {
    "app/jobs/mark_order_job.rb": JOB,
    "spec/jobs/mark_order_job_spec.rb": SPEC,
    "test/jobs/mark_order_job_test.rb": TEST,
    "app/jobs/lock_restaurant_job.rb": LOCK_JOB,
    "spec/jobs/lock_restaurant_job_spec.rb": LOCK_SPEC,
    "app/jobs/fail_once_job.rb": RETRY_JOB,
    "spec/jobs/fail_once_job_spec.rb": RETRY_SPEC,
}

UNIQUE_JOBS_WIRING = """\
# frozen_string_literal: true

require "sidekiq-unique-jobs"

Sidekiq.configure_client do |config|
  config.client_middleware { |chain| chain.add SidekiqUniqueJobs::Middleware::Client }
end

Sidekiq.configure_server do |config|
  config.client_middleware { |chain| chain.add SidekiqUniqueJobs::Middleware::Client }
  config.server_middleware { |chain| chain.add SidekiqUniqueJobs::Middleware::Server }
  SidekiqUniqueJobs::Server.configure(config)
end
"""
