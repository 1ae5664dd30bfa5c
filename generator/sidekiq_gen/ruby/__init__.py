"""Ruby text: templates, layout, the calls of error trackers, wording."""
