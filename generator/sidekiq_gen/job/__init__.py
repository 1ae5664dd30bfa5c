"""One job, from the answers to the texts of its files."""
