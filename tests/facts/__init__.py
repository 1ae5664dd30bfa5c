"""Evidence for the versions in the tables of ``sidekiq_gen.sidekiq``, from the git tags of the gems.

``make facts`` looks at the repositories and writes ``seen.json``; tests/unit/test_facts.py holds the tables against it.
"""
