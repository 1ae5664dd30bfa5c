# Reads Ruby by name as JSON; answers, by name, one scope for each method and one for all that is outside of methods:
# the names that stand there by themselves, the parameters, the methods and classes that are defined there.
require "json"
require "ripper"

Token = Struct.new(:line, :kind, :text)
Scope = Struct.new(:method, :names, :parameters, :defined)
SPACE = %i[on_sp on_ignored_nl on_nl on_comment].freeze

def tokens(source)
  Ripper.lex(source).map { |(line, _), kind, text, _| Token.new(line, kind, text) }.reject { |one| SPACE.include?(one.kind) }
end

# No method of something else, no symbol, no key.
def alone?(before, token)
  return true if token.kind == :on_ivar

  token.kind == :on_ident && before.kind != :on_period && before.text != "&." && before.kind != :on_symbeg
end

def last_line(lines, first)
  margin = lines[first - 1][/\A */]
  (first...lines.size).find { |index| lines[index] == "#{margin}end\n" } || (first - 1)
end

def scopes(source)
  lines = source.lines
  outside = Scope.new(nil, [], [], [])
  methods = []
  tokens(source).each_cons(2) do |before, token|
    if before.text == "def"
      parameters = lines[before.line - 1][/\((.*)\)/, 1].to_s.scan(/[a-z_]\w*/)
      methods << [before.line..(last_line(lines, before.line) + 1), Scope.new(token.text, [], parameters, [])]
      outside.defined << token.text
    elsif before.text == "class" && token.kind == :on_const
      outside.defined << token.text
    elsif alone?(before, token)
      _, scope = methods.reverse.find { |range, _| range.cover?(token.line) }
      (scope || outside).names << token.text
    end
  end
  [outside, *methods.map(&:last)].map { |scope| scope.to_h.transform_values { |value| Array(value).uniq } }
end

puts JSON.generate(JSON.parse($stdin.read).transform_values { |source| scopes(source) })
