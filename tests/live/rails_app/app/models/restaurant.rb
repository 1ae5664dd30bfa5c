# frozen_string_literal: true

# Its ids are UUIDs, which MySQL cannot make by itself.
class Restaurant < ApplicationRecord
  before_create { self.id ||= SecureRandom.uuid }
end
