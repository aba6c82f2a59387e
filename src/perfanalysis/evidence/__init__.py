"""What was seen: experts' panels, surveys, site visits, and the gap between self and review."""
