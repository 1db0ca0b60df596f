"""Calibrators and cutoffs settled, and settled again on newer rows."""
