"""The kinds of jobs: record, plain, claim, backfill, fan-out."""
