# frozen_string_literal: true

# Makes the tables of db/schema/*.rb, once for each database. Several processes may come here at the same time.

connection = ActiveRecord::Base.connection
name = "live:#{connection.current_database}"
mysql = connection.adapter_name.match?(/mysql/i)
connection.execute(mysql ? "SELECT GET_LOCK('#{name}', 30)" : "SELECT pg_advisory_lock(hashtext('#{name}'))")
begin
  unless connection.table_exists?("live_tables")
    ActiveRecord::Schema.verbose = false
    Dir[File.join(__dir__, "schema", "*.rb")].sort.each { |file| load file }
    connection.create_table("live_tables")
  end
ensure
  connection.execute(mysql ? "SELECT RELEASE_LOCK('#{name}')" : "SELECT pg_advisory_unlock(hashtext('#{name}'))")
  ActiveRecord::Base.clear_active_connections! if Rails::VERSION::MAJOR < 7
  ActiveRecord::Base.connection_handler.clear_active_connections! if Rails::VERSION::MAJOR >= 7
end
