"""Leads unlike past ones: flags, forests, and how many past leads support a score."""
