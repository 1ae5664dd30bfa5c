require "rails_helper"

RSpec.describe ChargeOrderJob, type: :job do
  subject(:job) { described_class.new }

  let(:order) { create(:order) }

  it "charges" do
    expect { job.perform(order.id) }.not_to raise_error
    allow(PaymentGateway).to receive(:charge)
  end
end
