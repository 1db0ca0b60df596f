"""Days that may stand for "never" or "not known", to be asked about."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, timedelta

from pipeline.sentinels import FAR_DAYS, FEWEST_ROWS, LEAST_SHARE, WELL_KNOWN

from .column import Column
from .sample import Sample


def sentinel_questions(sample: Sample) -> list[str]:
    """Return a question for the days of a file that may be sentinels.

    Nothing is declared unasked: a day that many rows share may be the day on which a
    company began, or its CRM.
    """
    seen = {c.name: sentinels_in(c) for c in sample.instants}
    days = sorted({day for found in seen.values() for day in found})
    if not days:
        return []
    told = "; ".join(
        f"{day} ({count:,} rows of {name})"
        for name, found in seen.items()
        for day, count in found.items()
    )
    listed = ", ".join(f'"{day}"' for day in days)
    return [
        f"do these days stand for 'never' or 'not known'? {told}. If so, add sentinels "
        f"= [{listed}]."
    ]


def sentinels_in(column: Column) -> dict[str, int]:
    """Return the days of a column that may be sentinels, and in how many rows.

    Examples
    --------
    >>> from .column import Written
    >>> texts = {"2026-03-01": 5, "2026-03-02 10:00": 4, "2039-01-01": 3}
    >>> sentinels_in(Column("closed", 12, texts, Written(None)))
    {'2039-01-01': 3}
    """
    rows = Counter[date]()
    for text, count in column.counts.items():
        if (day := _day(column, text)) is not None:
            rows[day] += count
    days = sorted(rows)
    far = {d: _is_far(days, i) for i, d in enumerate(days)}
    total, is_many = rows.total(), len(days) > 2  # of two, the fuller is the true one
    return {
        day.isoformat(): rows[day]
        for day in days
        if rows[day] >= FEWEST_ROWS
        and (
            day.isoformat() in WELL_KNOWN
            or (
                far[day]
                and rows[day] >= LEAST_SHARE * total
                and (is_many or 2 * rows[day] <= total)
            )
        )
    }


def _is_far(days: list[date], place: int) -> bool:
    """Whether a day lies far from the one before and the one after it."""
    beside = [*days[max(place - 1, 0) : place], *days[place + 1 : place + 2]]
    gap = timedelta(days=FAR_DAYS)
    return bool(beside) and all(abs(days[place] - d) > gap for d in beside)


def _day(column: Column, text: str) -> date | None:
    """The day that a text names, as written; None where it cannot be read."""
    written = column.written.format if column.written is not None else None
    try:
        if written is None:
            return date.fromisoformat(text[:10])
        return datetime.strptime(text, written).date()  # noqa: DTZ007, a day as written
    except ValueError:
        return None
