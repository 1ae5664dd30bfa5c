"""The rules of ``check --against``, by what they are about; `catalogue` lists them all."""
