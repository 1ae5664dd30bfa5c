# frozen_string_literal: true

class Restaurant < ApplicationRecord
  has_many :orders, dependent: :restrict_with_error

  validates :name, presence: true
end
