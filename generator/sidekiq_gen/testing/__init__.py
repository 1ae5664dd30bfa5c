"""Checks of template packs, for people who make one: `check_pack`, and a fixture for pytest in `plugin`."""
