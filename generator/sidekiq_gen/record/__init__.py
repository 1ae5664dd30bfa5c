"""The record of what was generated, one small committed file, which `upgrade` and `destroy` read."""
