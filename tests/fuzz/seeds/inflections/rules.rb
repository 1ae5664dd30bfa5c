ActiveSupport::Inflector.inflections(:en) do |inflect|
  inflect.acronym "API"
  inflect.plural(/^(ox)$/i, '\1en')
  inflect.singular %r{(a+)s$}, "\\1"
  inflect.irregular "person", "people"
  inflect.uncountable %w[fish sheep]
end
