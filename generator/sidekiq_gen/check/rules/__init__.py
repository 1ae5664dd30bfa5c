"""The rules of ``check``, a module for each subject; `catalogue` lists them all."""
