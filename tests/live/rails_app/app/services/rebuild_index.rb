# frozen_string_literal: true

module RebuildIndex
  def self.call(account_id:)
    Effect.create!(name: "rebuilt", subject: account_id)
  end
end
