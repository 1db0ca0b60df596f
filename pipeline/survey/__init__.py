"""The survey: what a scorer's points rest on over all leads, and how steadily."""
