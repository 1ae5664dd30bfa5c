"""The rules that only `upgrade --to` uses."""
