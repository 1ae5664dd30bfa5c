# frozen_string_literal: true

# ruby -w -r/app/lib/strict_warnings warm.rb SOCKET FEATURE...
#
# Requires the features and then forks for each message on the socket, whose number is given: a JSON object with the
# app's folder, the environment and Ruby's own words, and three descriptors: output, errors, and where "pid 123" and
# then "exit 0", or "exit -9" for a signal, are written. The child is a process as if Ruby had been started with these
# words in that folder: a session, a mount namespace and a /tmp of its own. live/warm.py is the other side.

require "fiddle"
require "json"
require "socket"
require_relative "compiled"

# The three system calls for which Ruby has no method (unshare(2), mount(2), umount2(2)).
module Mounts
  NEW_NAMESPACE = 0x20000 # CLONE_NEWNS
  BIND = 4096 # MS_BIND
  DETACH = 2 # MNT_DETACH
  INT = Fiddle::TYPE_INT
  TEXT = Fiddle::TYPE_VOIDP

  def self.function(name, *arguments)
    function = Fiddle::Function.new(Fiddle.dlopen(nil)[name], arguments, INT)
    lambda do |*values|
      raise SystemCallError.new("#{name} #{values.compact}", Fiddle.last_error) unless function.call(*values).zero?
    end
  end

  UNSHARE = function("unshare", INT)
  MOUNT = function("mount", TEXT, TEXT, TEXT, Fiddle::TYPE_LONG, TEXT)
  UNMOUNT = function("umount2", TEXT, INT)

  # From here on /app is this folder, /tmp is empty, and nobody else sees either.
  def self.enter(app)
    UNSHARE.call(NEW_NAMESPACE)
    MOUNT.call(app, "/app", nil, BIND, nil)
    MOUNT.call("tmpfs", "/tmp", "tmpfs", 0, nil)
    UNMOUNT.call("/overlay/data", DETACH)
    Dir.chdir("/app")
  end
end

# A process that forks.
class Warm
  def initialize(socket)
    @socket = socket
    @open = []
  end

  def serve
    loop do
      text, _, _, *controls = @socket.recvmsg(1 << 20, scm_rights: true)
      break if text.empty?

      start(JSON.parse(text), *controls.flat_map(&:unix_rights))
    end
  end

  private

  def start(wanted, output, errors, status)
    @open << status
    child = fork { run(wanted, output, errors, status) }
    [output, errors].each(&:close)
    Thread.new do
      _, ended = Process.wait2(child)
      status.syswrite("exit #{ended.exitstatus || -ended.termsig}\n")
      @open.delete(status)
      status.close
    end
  end

  def run(wanted, output, errors, status)
    Process.setsid
    direct($stdout, output)
    direct($stderr, errors)
    Mounts.enter(wanted.fetch("app"))
    ENV.replace(wanted.fetch("env"))
    status.syswrite("pid #{Process.pid}\n")
    [@socket, *@open].each(&:close)
    srand
    execute(*wanted.fetch("argv"))
  end

  def direct(stream, target)
    synchronous = stream.sync
    stream.reopen(target)
    stream.sync = synchronous
    target.close
  end

  # The words that the tests give to Ruby: -e CODE -- WORD..., -S NAME WORD..., [-IFOLDER] FILE WORD...
  def execute(first, *rest)
    case first
    when "-e"
      ARGV.replace(rest.drop(2))
      $0 = "-e"
      eval(rest.first, TOPLEVEL_BINDING, "-e", 1)
    when "-S" then execute("/usr/bin/#{rest.first}", *rest.drop(1))
    when /\A-I/
      $LOAD_PATH.unshift(File.expand_path(first.delete_prefix("-I")))
      execute(*rest)
    else
      ARGV.replace(rest)
      $0 = first
      load File.expand_path(first)
    end
  end
end

Compiled.read
socket = Socket.for_fd(Integer(ARGV.shift))
ARGV.each { |feature| require feature }
# As long as there are any, RubyGems looks through all gems for each file that is required, also one of the app, given by
# its whole path; without, it looks only where Ruby finds nothing. There is one release of each gem.
Gem::Specification.unresolved_deps.clear
# What most programs load later: the adapter of the databases, and what actionview and activerecord ask for.
LATER = %w[active_record/connection_adapters/postgresql_adapter rails-html-sanitizer active_support/core_ext].freeze
LATER.each { |feature| require feature } if ARGV.include?("active_record/railtie")
# Zeitwerk traces classes, and with the first trace Ruby changes all that it has compiled: once for all, not in each
# program anew.
TracePoint.new(:class) {}.enable
Process.respond_to?(:warmup) ? Process.warmup : GC.start
Warm.new(socket).serve
