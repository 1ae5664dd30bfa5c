# frozen_string_literal: true

# What cannot be had from Debian, as far as jobs call it. Each makes way for the real thing: sidekiq-throttled when it
# is laid over the root; Sidekiq Pro and Enterprise are closed and known by their public documentation only.

$LOAD_PATH << File.expand_path("../../lib/absent", __dir__)
begin
  require "sidekiq/throttled"
rescue LoadError
  module Sidekiq
    module Throttled
      module Registry
        Limit = Struct.new(:limit, :period)
        Strategy = Struct.new(:threshold)

        def self.get(job)
          @strategies && @strategies[job.to_s]
        end

        def self.add(job, threshold:)
          period = Float(threshold.fetch(:period))
          (@strategies ||= {})[job.to_s] = Strategy.new([Limit.new(Integer(threshold.fetch(:limit)), period)])
        end
      end

      module Job
        def self.included(job)
          job.extend(ClassMethods)
        end

        module ClassMethods
          def sidekiq_throttle(**options)
            Registry.add(self, **options)
          end
        end
      end

      Worker = Job
    end
  end
end

module Sidekiq
  # What a job of a batch calls; nothing is enqueued by it.
  class Batch
    def on(_event, _target, _options = {}); end

    def jobs
      yield
    end
  end

  (const_defined?(:Job) ? Job : Worker).class_eval do
    attr_accessor :bid

    def batch
      Batch.new if bid
    end
  end

  module Limiter
    Window = Struct.new(:name, :count, :interval, :wait_timeout) do
      def within_limit
        yield
      end
    end

    def self.window(name, count, interval, wait_timeout: 5)
      raise ArgumentError, name unless name.match?(/\A[\w-]+\z/)
      raise ArgumentError, interval.inspect unless %i[second minute hour day].include?(interval)

      Window.new(name, Integer(count), interval, wait_timeout)
    end
  end
end
