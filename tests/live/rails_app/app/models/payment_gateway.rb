# frozen_string_literal: true

module PaymentGateway
  class Error < StandardError; end
  class CardDeclined < Error; end

  class RateLimited < Error
    def retry_after
      2
    end
  end

  class Timeout < Error; end
end
