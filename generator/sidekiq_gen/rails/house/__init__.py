"""The house: how the repo writes jobs and specs, by its own code and its linter's configuration."""
