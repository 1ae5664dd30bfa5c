Sidekiq.configure_server do |config|
  config.redis = { url: ENV['REDIS'] }
  config.death_handlers << ->(job, ex) {}
end

Sidekiq.configure_client do |c|
  c.client_middleware do |chain|
    chain.add SidekiqUniqueJobs::Middleware::Client
  end
end
