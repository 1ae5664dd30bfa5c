"""The house: what the repo's own jobs, specs and linter say about how it writes."""
