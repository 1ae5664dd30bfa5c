# frozen_string_literal: true

module Billing
  class Invoice < ApplicationRecord
  end
end
