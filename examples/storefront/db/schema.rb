# frozen_string_literal: true

# This file is made by bin/rails db:migrate from the state of the database.

ActiveRecord::Schema[7.2].define(version: 2024_11_18_093012) do
  enable_extension "pgcrypto"
  enable_extension "plpgsql"

  create_table "orders", force: :cascade do |t|
    t.bigint "user_id", null: false
    t.uuid "restaurant_id", null: false
    t.string "status", default: "pending", null: false
    t.integer "amount_cents", default: 0, null: false
    t.string "customer_token"
    t.datetime "charged_at"
    t.datetime "created_at", null: false
    t.datetime "updated_at", null: false
    t.index ["restaurant_id"], name: "index_orders_on_restaurant_id"
    t.index ["status", "created_at"], name: "index_orders_on_status_and_created_at"
    t.index ["user_id"], name: "index_orders_on_user_id"
  end

  create_table "restaurants", id: :uuid, default: -> { "gen_random_uuid()" }, force: :cascade do |t|
    t.string "name", null: false
    t.string "cuisine"
    t.datetime "indexed_at"
    t.datetime "created_at", null: false
    t.datetime "updated_at", null: false
  end

  create_table "users", force: :cascade do |t|
    t.string "name", null: false
    t.string "email", null: false
    t.datetime "welcome_email_sent_at"
    t.datetime "created_at", null: false
    t.datetime "updated_at", null: false
    t.index ["email"], name: "index_users_on_email", unique: true
  end

  add_foreign_key "orders", "restaurants"
  add_foreign_key "orders", "users"
end
