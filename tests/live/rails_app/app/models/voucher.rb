# frozen_string_literal: true

# A key of text that the database does not fill in.
class Voucher < ApplicationRecord
  self.table_name = "legacy_vouchers"
  self.primary_key = :code
end
