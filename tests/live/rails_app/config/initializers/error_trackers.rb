# frozen_string_literal: true

# What the gems of error trackers offer, as far as jobs call it: the same names and arguments. Nothing is sent; what was
# told is kept as an Effect, "Sentry.capture_exception" about "PaymentGateway::Timeout" or about the message.

# Keeps what a tracker was told.
module TrackerCalls
  def self.note(call, subject)
    Effect.note(call, subject.is_a?(Exception) ? tell(subject) : subject)
  end

  # A bare RuntimeError carries a message to trackers that take exceptions only.
  def self.tell(error)
    error.instance_of?(RuntimeError) ? error.message : error.class.name
  end
end

module Sentry
  def self.capture_exception(exception, **_options, &_block)
    TrackerCalls.note("Sentry.capture_exception", exception)
  end

  def self.capture_message(message, **_options, &_block)
    TrackerCalls.note("Sentry.capture_message", message)
  end
end

module Raven
  def self.capture_exception(obj, _options = {})
    TrackerCalls.note("Raven.capture_exception", obj)
  end

  def self.capture_message(obj, _options = {})
    TrackerCalls.note("Raven.capture_message", obj)
  end
end

module Honeybadger
  def self.notify(exception_or_opts = nil, **_opts)
    TrackerCalls.note("Honeybadger.notify", exception_or_opts)
  end
end

module Bugsnag
  Report = Struct.new(:severity) do
    def add_metadata(_section, _key_or_data, *_args); end

    def add_tab(_name, _value); end
  end

  def self.notify(exception, _auto_notify = false)
    yield(Report.new("error")) if block_given?
    TrackerCalls.note("Bugsnag.notify", exception)
  end
end

module Rollbar
  def self.error(*args)
    TrackerCalls.note("Rollbar.error", args.first)
  end

  def self.warning(*args)
    TrackerCalls.note("Rollbar.warning", args.first)
  end
end

module Appsignal
  class Transaction
    def add_custom_data(_data); end

    def set_sample_data(_key, _data); end
  end

  def self.set_error(exception)
    yield(Transaction.new) if block_given?
    TrackerCalls.note("Appsignal.set_error", exception)
  end

  def self.send_error(error)
    yield(Transaction.new) if block_given?
    TrackerCalls.note("Appsignal.send_error", error)
  end

  def self.report_error(exception)
    yield(Transaction.new) if block_given?
    TrackerCalls.note("Appsignal.report_error", exception)
  end
end

module Airbrake
  def self.notify(exception, _params = {})
    TrackerCalls.note("Airbrake.notify", exception)
  end
end
