"""What it means: from features to a probability, a score and the reasons for it."""
