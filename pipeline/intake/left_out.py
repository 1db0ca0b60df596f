"""The rows of leads that the query on the leads leaves out.

Why the leads' file is looked at again: a touch whose lead is not in the leads table
may be of a lead that somebody left out, or a sign that ids are written in two ways.
What the query was asked of tells them apart. The file is read a second time only where
there are such rows.
"""

from __future__ import annotations

from features.engine import one_row

from .leads import whose_sql
from .opened import Desk

# An account's touch has no lead of its own, and is strange where the account is.
_STRANGE = """
    SELECT lead_id, account_id FROM touches ANTI JOIN leads USING (lead_id)
    WHERE account_id IS NULL OR account_id NOT IN (
      SELECT account_id FROM leads WHERE account_id IS NOT NULL)
    UNION ALL SELECT lead_id, NULL FROM milestones ANTI JOIN leads USING (lead_id)
    UNION ALL SELECT lead_id, NULL FROM attribute_history
    ANTI JOIN leads USING (lead_id)
"""
# Rows of leads that were set aside are told of apart.
_LEFT_OUT = """
    CREATE TEMP TABLE left_out AS SELECT DISTINCT lead_id, account_id FROM asked
    ANTI JOIN leads USING (lead_id) ANTI JOIN (
      SELECT lead_id FROM quarantine WHERE "table" = 'leads') USING (lead_id)
"""
_COUNTED = f"""
    SELECT count(*) FROM ({_STRANGE}) WHERE lead_id IN (SELECT lead_id FROM left_out)
    OR (lead_id IS NULL AND account_id IN (SELECT account_id FROM left_out))
"""


def rows_left_out(desk: Desk) -> int:
    """Count the rows of leads that ``leads.query`` leaves out.

    Returns
    -------
    int
        Touches, milestones and values of history whose lead (or account) stands in the
        first file of ``leads.from``, and not in the query's answer. 0 where that cannot
        be told: the file has no column of that name, or not every id of the answer.
    """
    engine, leads = desk.engine, desk.config.leads
    if leads.query is None:
        return 0
    (strange,) = one_row(engine, f"SELECT count(*) FROM ({_STRANGE})")
    told = whose_sql(desk.unasked(leads), desk.config) if strange else None
    if told is None:
        return 0
    engine.execute(f"CREATE TEMP VIEW asked AS {told}")
    (changed,) = one_row(
        engine, "SELECT count(*) FROM leads ANTI JOIN asked USING (lead_id)"
    )
    if changed:
        return 0
    engine.execute(_LEFT_OUT)
    return int(one_row(engine, _COUNTED)[0])
