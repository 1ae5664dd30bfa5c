("a#{b}", **options, &block) do |x|
