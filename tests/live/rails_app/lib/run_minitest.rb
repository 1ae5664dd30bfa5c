# frozen_string_literal: true

# ruby -Itest lib/run_minitest.rb REPORT FILE...: runs test files in one boot and writes a line of JSON for each test.

require "test_helper"
require "json"

report = File.open(ARGV.shift, "w")
report.sync = true
files = ARGV.dup
ARGV.replace(["--verbose", "--seed", "1"]) # for the autorun of rails/test_help
root = "#{File.expand_path('..', __dir__)}/"

collector = Class.new(Minitest::AbstractReporter) do
  define_method(:record) do |result|
    status = result.skipped? ? "pending" : "failed"
    status = "passed" if result.passed?
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

Minitest.extensions << "live"
Minitest.define_singleton_method(:plugin_live_init) { |_options| reporter << collector.new }
