"""What a team brings of its own: templates in its repo, and packs of templates, patterns and attributes."""
