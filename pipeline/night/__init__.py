"""Leads in, explained scores out."""
