"""What each release of Sidekiq and sidekiq-unique-jobs can do, and since when."""
