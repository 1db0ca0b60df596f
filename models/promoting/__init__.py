"""Whether a scorer may become champion: gates, and two scorers on the same rows."""
