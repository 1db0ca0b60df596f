"""What the signals do to the points of all leads together."""
