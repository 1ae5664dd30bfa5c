"""What ``sidekiq-gen install`` sets up: the configuration of Sidekiq, tasks for dead jobs, a health check."""
