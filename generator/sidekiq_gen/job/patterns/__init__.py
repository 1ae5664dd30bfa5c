"""The safeguards of a job, one module each; the name of the module is that of the flag."""
