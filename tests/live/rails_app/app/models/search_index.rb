# frozen_string_literal: true

module SearchIndex
  class Gone < StandardError; end

  class Busy < StandardError
    def retry_after
      2
    end
  end

  class Late < StandardError
    def wait
      message[/\d+/].to_i
    end
  end
end
