"""The command line: parses, asks, prints; decides nothing about jobs."""
