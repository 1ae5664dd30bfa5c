class SyncJob < ApplicationJob
  queue_as :low
  retry_on Net::OpenTimeout, wait: :polynomially_longer, attempts: 5
  discard_on ActiveJob::DeserializationError
  def perform(order) = order.sync!
end
