"""What Leadlight costs and what it is worth, as ratios measured in one run."""
