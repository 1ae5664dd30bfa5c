# frozen_string_literal: true

# Whether two Ruby files are the same but for the names in them: the first rendered with names that nothing else has,
# the second with others. Standard input is a JSON list of [first, second, {name there => name here}]; standard output is
# a list of complaints for each. A complaint says that a name stands for two things in the same scope, that what was a
# method is a variable now, or that a method is defined twice.

require "json"
require "ripper"

# The identifiers of a file in order: [what it is, name, scope, line].
class Names
  GROUPS = %w[describe context].freeze
  DEFINED_BY = %w[let let! subject attr_reader define_method].freeze
  attr_reader :found, :twice

  def initialize(source)
    @found = []
    @twice = []
    @scopes = 0
    tree = Ripper.sexp(source) or raise SyntaxError, "does not parse"
    walk(tree, nil)
  end

  private

  def note(what, token, scope, name = token[1])
    what = :class_method if what == :method && scope.nil? # nothing that an example or an instance calls
    @found << [what, name, what == :local ? scope : 0, token[2][0]]
  end

  def ident?(node) = node.is_a?(Array) && node[0] == :@ident

  def walk(node, scope) # rubocop:disable Metrics
    return unless node.is_a?(Array)

    case node[0]
    when :@ident then return note(:local, node, scope) # in parameters, mlhs and the like
    when :@const then return note(:constant, node, scope)
    when :@ivar then return note(:ivar, node, scope)
    when :vcall then return note(:vcall, node[1], scope)
    when :fcall then return ident?(node[1]) && note(:method, node[1], scope)
    when :symbol, :symbol_literal, :dyna_symbol then return symbol(node, scope)
    when :command
      note(:method, node[1], scope) if ident?(node[1])
      defined_by(node[1], node[2])
      return node[2..].each { |child| walk(child, scope) }
    when :method_add_arg
      defined_by(node[1][1], node[2]) if node[1][0] == :fcall
    when :call, :command_call
      walk(node[1], scope)
      return (node[4..] || []).each { |child| walk(child, scope) }
    when :def
      note(:method, node[1], 0) if ident?(node[1])
      return node[2..].each { |child| walk(child, @scopes + 1) }.tap { @scopes += 1 }
    when :class, :module
      defined = (node[-1][1] || []).select { |one| one.is_a?(Array) && one[0] == :def }.map { |one| one[1][1] }
      @twice += defined.select { |name| defined.count(name) > 1 }.uniq
    when :params then return parameters(node, scope)
    when :method_add_block
      walk(node[1], scope)
      scope = @scopes += 1 unless scope || GROUPS.include?(called(node[1]))
      return walk(node[2], scope)
    end
    node.each { |child| walk(child, scope) }
  end

  def parameters(node, scope)
    required, optional, rest, post, keywords, others, block = node[1..]
    [required, rest, post, others, block].each { |part| walk(part, scope) }
    (optional || []).each { |part| part.each { |one| walk(one, scope) } }
    (keywords || []).each do |label, default|
      note(:local, label, scope, label[1].chomp(":"))
      walk(default, scope) if default
    end
  end

  def symbol(node, scope)
    node.drop(1).each { |child| walk(child, scope) if child.is_a?(Array) && child[0] == :string_content }
  end

  # What let(:order) defines is a method.
  def defined_by(name, arguments)
    return unless ident?(name) && DEFINED_BY.include?(name[1])

    token = arguments.flatten.each_cons(2).find { |kind, _| kind == :symbol }
    place = first_symbol(arguments)
    note(:method, name, 0) if name[1] == "subject"
    note(:method, place, 0) if token && place
  end

  def first_symbol(node)
    return unless node.is_a?(Array)
    return node[1] if node[0] == :symbol

    node.lazy.map { |child| first_symbol(child) }.find(&:itself)
  end

  def called(node)
    node = node[1] while node.is_a?(Array) && %i[method_add_arg].include?(node[0])
    return unless node.is_a?(Array)

    token = node[0] == :command_call || node[0] == :call ? node[3] : node[1]
    token.is_a?(Array) ? token[1] : nil
  end
end

def compare(first, second, renamed)
  one, other = [first, second].map { |path| Names.new(File.read(path)) }
  complaints = other.twice.map { |name| "#{name} is defined twice" }
  pairs = one.found.zip(other.found)
  there, here = {}, {}
  pairs.each do |(what, name, scope, _), found|
    return complaints << "it is shorter" unless found

    kind, now, _, line = found
    return complaints << "line #{line}: #{name} is a #{what}, #{now} a #{kind}" unless same_kind?(what, kind)

    if %i[constant].include?(what)
      return complaints << "line #{line}: #{now} instead of #{name}" if now != renamed.fetch(name, name)

      next
    end
    place = [what == :vcall ? :method : what, scope]
    before = here[[place, now]] ||= name
    after = there[[place, name]] ||= now
    complaints << "line #{line}: #{now} stands for #{before} and #{name}" if before != name
    complaints << "line #{line}: #{name} is #{after} and #{now}" if after != now
  end
  complaints << "it is longer" if other.found.size > one.found.size
  complaints.uniq
rescue SyntaxError => e
  ["#{second}: #{e.message}"]
end

def same_kind?(what, kind) = what == kind || [what, kind].sort == %i[method vcall]

puts JSON.generate(JSON.parse($stdin.read).map { |first, second, renamed| compare(first, second, renamed) })
