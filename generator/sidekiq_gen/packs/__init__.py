"""A team's own templates: those in its repo, and packs of templates, patterns and attributes."""
