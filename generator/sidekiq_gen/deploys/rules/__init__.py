"""The rules of ``check --against``, a module for each subject; `catalogue` lists them all."""
