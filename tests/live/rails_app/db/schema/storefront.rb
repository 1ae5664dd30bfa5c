# frozen_string_literal: true

# Tables with the columns jobs may ask for, so that any job works on any of them.

marks = lambda do |table|
  table.string :name
  table.string :status
  table.string :state
  table.string :customer_token
  table.string :charge_id
  table.integer :total_cents
  table.integer :attempts, null: false, default: 0
  table.integer :retry_count
  table.datetime :next_attempt_at
  table.boolean :processed, null: false, default: false
  table.boolean :notified
  table.datetime :processed_at
  table.datetime :charged_at
  table.datetime :failed_at
  table.datetime :synced_at
  table.datetime :indexed_at
  table.datetime :welcome_email_sent_at
  table.timestamps
end

ActiveRecord::Schema.define do
  %w[orders users customers billing_invoices].each do |name|
    create_table(name, &marks)
  end

  if connection.adapter_name.match?(/mysql/i)
    create_table(:restaurants, id: { type: :string, limit: 36 }, &marks)
  else
    create_table(:restaurants, id: :uuid, &marks)
  end

  # A key that is no id, beside a column that is called so; and one that only the model knows.
  create_table(:legacy_accounts, primary_key: :account_no) do |table|
    table.integer :id
    marks.call(table)
  end
  create_table(:legacy_vouchers, id: false) do |table|
    table.string :code, null: false, limit: 64
    table.index :code, unique: true
    marks.call(table)
  end

  # What jobs have done, seen from outside: one row for each act.
  create_table :effects do |table|
    table.string :name, null: false
    table.string :subject
    table.integer :pid
    table.datetime :created_at, precision: 6, null: false
  end
end
