"""From margins to probabilities that can be taken at their word."""
