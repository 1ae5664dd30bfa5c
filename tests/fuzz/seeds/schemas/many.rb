ActiveRecord::Schema[8.0].define(version: 2026_01_01) do
  create_enum "order_status", ["pending", "paid"]
  create_table "shop.orders", primary_key: ["shop_id", "number"], force: :cascade do |t|
    t.bigint "shop_id", null: false
    t.column "state", :string, limit: 20, default: -> { "now()" }, null: false
    t.enum "status", default: "pending", null: false, enum_type: "order_status"
    t.column "kind", "enum('a','b''c')", null: false
    t.references :user, type: :uuid, foreign_key: true
    t.virtual "full", type: :string, as: "a || b", stored: true
    t.string "tags", array: true
    t.timestamps
    t.index ["shop_id", "number"], name: "x", unique: true, where: "(state IS NULL)"
    t.unique_constraint ["number"], name: "y"
    t.check_constraint "state::text = ANY (ARRAY['a'::text, 'b'::text])", name: "z"
  end
  add_index "orders", [:state], unique: true
  add_foreign_key "orders", "users", column: "owner_id"
  add_check_constraint "orders", "state IN ('a', 'b')"
end
