 state: STATES.index_by(&:itself).freeze
