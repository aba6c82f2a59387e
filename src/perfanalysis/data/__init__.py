"""What comes in: tables of a budget year, official forms, checks, the made-up district."""
