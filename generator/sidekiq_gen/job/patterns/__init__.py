"""The safeguards that can be laid over a job."""
