# frozen_string_literal: true

require "json"

# Writes down what must not happen: warnings that Ruby prints about the app's own files, and whatever Rails, Sidekiq or
# another gem says about deprecations and Sidekiq while a file of the app is what called it. Warnings of gems about each
# other are dropped. Each is a line of JSON in the file named by LIVE_WARNINGS; the harness turns each into a failure.
module StrictWarnings
  ROOT = "#{File.expand_path('..', __dir__)}/"
  OURS = %r{\A#{Regexp.escape(ROOT)}(?:app|config/initializers|spec|test)/}.freeze
  SIDEKIQ = /sidekiq|deprecat|serialize to JSON/i.freeze

  module_function

  def record(text, place)
    line = JSON.generate("message" => text.to_s.strip, "place" => place)
    File.open(ENV.fetch("LIVE_WARNINGS", "/dev/stderr"), "a") { |file| file.puts(line) }
  end

  # Whether a file of the app is behind it; if so, it is written down.
  def blame(text, callstack)
    place = callstack.map(&:to_s).find { |frame| frame.match?(OURS) }
    record(text, place.delete_prefix(ROOT)) if place
    !place.nil?
  end

  # A deprecation of Rails: written down and raised, as config.active_support.deprecation = :raise would.
  def deprecated(message, callstack)
    blame(message, callstack) && raise(ActiveSupport::DeprecationException, message)
  end

  # In front of Warning.warn, through which Ruby's own warnings and Kernel#warn go.
  module Hook
    def warn(message, *)
      return StrictWarnings.record(message.delete_prefix(ROOT), message.delete_prefix(ROOT)) if message.match?(OURS)

      StrictWarnings.blame(message, caller) if message.match?(SIDEKIQ)
    end
  end

  # In front of the logger of Sidekiq, which tells of deprecations and unsafe arguments at level WARN.
  module LoggerHook
    def add(severity, message = nil, progname = nil)
      text = message || (block_given? ? yield : progname)
      if severity.to_i >= Logger::WARN && text.to_s.match?(/deprecat|serialize to JSON|no longer|will be removed/i)
        StrictWarnings.blame(text, caller)
      end
      super(severity, text, progname)
    end
  end
end

Warning.singleton_class.prepend(StrictWarnings::Hook)
