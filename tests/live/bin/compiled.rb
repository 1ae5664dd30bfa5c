# frozen_string_literal: true

# What Ruby compiles the files of the root to, kept in a folder between processes, by path; the root never changes. What
# is below /app or /overlay is compiled each time, and so is a file that Ruby warns of, for the sake of the warning.
module Compiled
  FOLDER = "/overlay/compiled"
  NAME_LIMIT = 250
  UNFINISHED = "." # such a name is no path

  @known = {}
  @warned = false

  class << self
    attr_accessor :warned

    # Everything that is kept, read now: who forks later shares it.
    def read
      Dir.each_child(FOLDER) do |name|
        next if name.start_with?(UNFINISHED)

        path = name.tr("!", "/")
        @known[path] ||= RubyVM::InstructionSequence.load_from_binary(File.binread(File.join(FOLDER, name)))
      end
    end

    def [](path)
      return if path.start_with?("/app/", "/overlay/")

      @known[path] || compile(path)
    end

    private

    def compile(path)
      self.warned = false
      made = RubyVM::InstructionSequence.compile_file(path)
      keep(path, made) unless warned
      made
    rescue SyntaxError
      nil # Ruby finds it again, and tells
    end

    def keep(path, made)
      name = path.tr("/", "!")
      return if name.size > NAME_LIMIT || path.include?("!")

      unfinished = File.join(FOLDER, "#{UNFINISHED}#{Process.pid}")
      File.binwrite(unfinished, made.to_binary)
      File.rename(unfinished, File.join(FOLDER, name))
    end
  end

  # In front of Warning.warn.
  module Hook
    def warn(*)
      Compiled.warned = true
      super
    end
  end

  # What Ruby asks before it compiles a file that is required or loaded.
  module Loading
    def load_iseq(path)
      Compiled[path]
    end
  end
end

Warning.singleton_class.prepend(Compiled::Hook)
RubyVM::InstructionSequence.singleton_class.prepend(Compiled::Loading)
