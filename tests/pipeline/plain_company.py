"""The plainest configuration of a company with touches."""

from __future__ import annotations

PLAIN = """
[leads]
from = "leads.csv"
lead_id = "id"
created_at = "made"
[[milestones]]
from = "m.csv"
lead_id = "id"
columns = { won = "won" }
[outcome]
conversion = "won"
horizon_days = 30
[funnel]
bottom = ["pricing_page"]
"""
