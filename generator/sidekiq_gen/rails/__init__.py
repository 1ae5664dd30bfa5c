"""What the repository says: the lockfile, the habits of its jobs, everything known about the app."""
