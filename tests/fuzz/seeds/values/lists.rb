 %w[a b].map(&:to_s), [:a, 'b', C::D], (1 + 2), -> { x }
