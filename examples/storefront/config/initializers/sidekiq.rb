# frozen_string_literal: true

redis = { url: ENV.fetch("REDIS_URL", "redis://localhost:6379/0") }

Sidekiq.configure_client do |config|
  config.redis = redis
  config.client_middleware { |chain| chain.add SidekiqUniqueJobs::Middleware::Client }
end

Sidekiq.configure_server do |config|
  config.redis = redis
  config.client_middleware { |chain| chain.add SidekiqUniqueJobs::Middleware::Client }
  config.server_middleware { |chain| chain.add SidekiqUniqueJobs::Middleware::Server }

  # Without it, jobs that die keep their locks.
  SidekiqUniqueJobs::Server.configure(config)
end

# Locks live in Redis, which tests do without.
SidekiqUniqueJobs.configure { |config| config.enabled = !Rails.env.test? }
