# frozen_string_literal: true

# ruby -Itest lib/run_minitest.rb REPORT FILE...: runs test files in one boot and writes a line of JSON for each test.

require "test_helper"
require "json"
require_relative "until_failure"

report = File.open(ARGV.shift, "w")
report.sync = true
files = ARGV.dup
ARGV.replace(["--verbose", "--seed", "1"]) # for the autorun of rails/test_help
root = "#{File.expand_path('..', __dir__)}/"

collector = Class.new(Minitest::AbstractReporter) do
  define_method(:record) do |result|
    status = result.skipped? ? "pending" : "failed"
    status = "passed" if result.passed?
    UntilFailure.failed(result.source_location.first) if status == "failed"
    report.puts(
      JSON.generate(
        "file" => result.source_location.first.delete_prefix(root), "class" => result.klass, "name" => result.name,
        "status" => status, "message" => result.failures.map { |failure| "#{failure.class}: #{failure.message}" }.join("\n")
      )
    )
  end
end

files.each do |file|
  load File.join(root, file)
rescue StandardError, ScriptError => e
  report.puts(
    JSON.generate("file" => file, "class" => "", "name" => "(load)", "status" => "failed", "message" => e.full_message(highlight: false))
  )
end

UntilFailure.for_minitest if ENV["LIVE_UNTIL_FAILURE"]
if ENV["LIVE_EXAMPLES"]
  wanted = Regexp.new(ENV["LIVE_EXAMPLES"])
  ActiveSupport::TestCase.singleton_class.prepend(Module.new { define_method(:runnable_methods) { super().grep(wanted) } })
end
Minitest.extensions << "live"
Minitest.define_singleton_method(:plugin_live_init) { |_options| reporter << collector.new }
