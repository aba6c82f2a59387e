"""What applies: dated rules, each with its document."""
