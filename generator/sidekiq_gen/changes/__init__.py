"""From texts to files: the plan, which is a value, and the only code that writes."""
