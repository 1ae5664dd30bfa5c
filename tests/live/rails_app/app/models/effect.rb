# frozen_string_literal: true

# What jobs have done: Effect.note("charged", order.id)
class Effect < ApplicationRecord
  def self.note(name, subject = nil)
    create!(name: name, subject: subject, pid: Process.pid)
  end
end
