"""What was known about each lead before an instant, as numbers."""
