# frozen_string_literal: true

module SearchIndex
  class Gone < StandardError; end
  class Busy < StandardError; end
end
