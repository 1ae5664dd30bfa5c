"""One job, from answers to texts."""
