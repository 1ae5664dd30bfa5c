# frozen_string_literal: true

# Its key is account_no; the column id has nothing to do with it.
class LegacyAccount < ApplicationRecord
end
