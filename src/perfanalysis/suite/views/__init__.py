"""What each report asks for: frames with the numbers of one page, no words."""
