create_table :orders, id: false do |t|
  t.primary_key :key, :uuid
  t.belongs_to :shop
end
