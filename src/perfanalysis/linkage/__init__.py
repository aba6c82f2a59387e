"""What follows: results and the next budget."""
