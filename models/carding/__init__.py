"""The model on a card: a few rules in whole points."""
