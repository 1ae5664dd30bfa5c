# frozen_string_literal: true

# The server as its own command starts it, from whichever Sidekiq is first in the load path. Only the wait for retries
# and scheduled jobs is shorter, so that tests need not be long.

$TESTING = false # rubocop:disable Style/GlobalVars -- Sidekiq's own command does it

require "sidekiq/cli"
require "sidekiq/scheduled"

Sidekiq::Scheduled::Poller.prepend(
  Module.new do
    private

    def initial_wait; end
  end
)

Sidekiq.configure_server do |config|
  settings = config.respond_to?(:[]=) ? config : config.options
  settings[:poll_interval_average] = 0.4
end

begin
  cli = Sidekiq::CLI.instance
  cli.parse
  cli.run
rescue StandardError => e
  $stderr.puts e.full_message(highlight: false) # rubocop:disable Style/StderrPuts -- warn is listened to
  exit 1
end
