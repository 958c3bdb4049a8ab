"""Text files only."""
