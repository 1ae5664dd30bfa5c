"""What each release can do, as data with sources."""
