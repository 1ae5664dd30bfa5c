require "test_helper"

class ChargeOrderJobTest < ActiveJob::TestCase
  test "a" do
    assert_nothing_raised { ChargeOrderJob.new.perform(1) }
  end
end
