"""What a move to another Sidekiq means here, and rendering again what was generated."""
