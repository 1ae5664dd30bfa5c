"""From texts to files: the plan as a value, and the only writer."""
