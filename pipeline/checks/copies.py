"""Checks of ``recorded_at`` and ``known_from`` that date a copy, and not the system.

Why it matters: a snapshot knows only what was recorded before it. Where a table was
copied anew, all that lies before the copy counts as unknown until then: training looks
at leads without a past, and the scorer meets leads at night the like of which it has
never seen.
"""

from __future__ import annotations

from ..sections import Config
from .case import Case
from .check import Value, Verdict, check, issue, not_applicable, passed


@check("LL118", "Clocks that date a copy")
def clocks_of_a_copy(case: Case) -> Verdict:
    """``recorded_at`` and ``known_from`` that say when a table was copied.

    Loaders stamp every row with the instant of the load (``_fivetran_synced``,
    ``_airbyte_extracted_at``, ``loaded_at``), and a historical re-sync stamps them all
    anew. Looked for are a minute in which half of a table was recorded, days after it
    happened; a minute with a tenth of it that had happened over two months and more;
    and older rows that were recorded ten times as late as the newest, by the median.
    It is an issue: snapshots before the copy know nothing of these rows. Take
    ``recorded_at`` (``known_from``) out of that table, or name the column in which the
    source system itself says when it made the row.
    """
    if case.config.is_flat:
        return not_applicable("A flat export has no instants.")
    if not _has_clock(case.config):
        return not_applicable("No table says when its rows became known.")
    copies = case.copies
    figures: dict[str, Value] = {
        "tables": len(copies),
        "rows": sum(c.rows for c in copies),
    }
    if not copies:
        return passed("No table was recorded at once, long after it happened.", figures)
    told = ". ".join(f"{c.said[:1].upper()}{c.said[1:]}" for c in copies)
    clocks = " and ".join(f"{c.clock} of {c.table}" for c in copies)
    return issue(
        f"{told}. That dates a copy: snapshots before it know nothing of these rows. "
        f"Take {clocks} out of the configuration, or name the column in which the "
        "source system itself says when it made the row.",
        figures,
        examples=next((c.leads for c in copies if c.leads), ()),
    )


def _has_clock(config: Config) -> bool:
    return (
        any(t.recorded_at for t in config.touches)
        or any(m.recorded_at for m in config.milestones)
        or bool(config.attribute_history)
        or (config.accounts is not None and config.accounts.known_from is not None)
    )
