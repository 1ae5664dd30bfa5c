# frozen_string_literal: true

# What the gems of error trackers offer, as far as jobs call it: the same names and arguments, nothing sent.

module Sentry
  def self.capture_exception(exception, **options, &block); end
  def self.capture_message(message, **options, &block); end
end

module Honeybadger
  def self.notify(exception_or_opts = nil, opts = {}, **kwargs); end
end

module Bugsnag
  def self.notify(exception, auto_notify = false, &block); end
end

module Rollbar
  def self.error(*args, &block); end
end

module Appsignal
  def self.set_error(exception, &block); end
  def self.send_error(error, &block); end
  def self.report_error(exception, &block); end
end

module Airbrake
  def self.notify(exception, params = {}, &block); end
end
