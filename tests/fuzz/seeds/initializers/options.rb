Sidekiq.default_job_options = { retry: 5, 'queue' => 'low' }
Sidekiq.strict_args!
