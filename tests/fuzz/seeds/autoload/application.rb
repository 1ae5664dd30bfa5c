require_relative "boot"
module Shop
  class Application < Rails::Application
    config.load_defaults 7.1
    config.autoload_lib(ignore: %w[assets tasks])
    config.autoload_paths << Rails.root.join("app/extras")
    config.eager_load_paths += %W[#{config.root}/lib/shop #{Rails.root}/app/*/concerns]
    config.active_record.table_name_prefix = "shop_"
    config.active_job.queue_adapter = :sidekiq
  end
end
