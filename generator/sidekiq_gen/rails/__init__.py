"""What is read from the repo: the lockfile, the habits of its jobs, the databases, the models."""
