"""The command line: it parses, asks and prints, and decides nothing about jobs."""
