"""What was promised and how it goes."""
