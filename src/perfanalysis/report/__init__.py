"""What is shown."""

INDEX = "index.html"
"""File name of an entry page."""
