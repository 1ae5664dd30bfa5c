# frozen_string_literal: true

# What follows the first failure in a file is not run: that the spec fails is then known.
module UntilFailure
  @files = {}

  module_function

  def failed(file)
    @files[file] = true
  end

  def failed?(file)
    @files.key?(file)
  end

  def for_rspec(config)
    listener = Object.new
    listener.define_singleton_method(:example_failed) { |told| UntilFailure.failed(told.example.file_path) }
    config.reporter.register_listener(listener, :example_failed)
    RSpec::Core::Example.prepend(
      Module.new do
        def run(*)
          UntilFailure.failed?(file_path) || super
        end
      end
    )
  end

  def for_minitest
    ActiveSupport::TestCase.prepend(
      Module.new do
        def before_setup
          skip("another has failed") if UntilFailure.failed?(method(name).source_location.first)
          super
        end
      end
    )
  end
end
