"""The past: everything known before each snapshot, and what it sums up to."""
