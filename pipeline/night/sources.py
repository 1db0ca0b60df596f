"""A night's account of its sources: what each brought, and what became of it.

Why of unknown leads two figures: where the company's other leads are read as well, a
touch of none of them is nobody's; where they are not, it may be of any lead that is not
scored tonight, so that only those of tonight's leads can be told.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np

from features.company import Company
from features.engine import Engine, literal

from ..intake.judging import REPEAT
from ..intake.leads import OTHER_KEPT
from ..intake.report import IntakeReport, SourceReport
from ..sections import Config
from .usual import ages_and_touched, known_kinds, source_name, touch_sources, written

WORDS = {
    "leads": "leads",
    "others": "other leads",
    "accounts": "accounts",
    "touches": "touches",
    "milestones": "milestones",
    "attribute_history": "attribute history",
}
_OF_LEADS = ("touches", "milestones", "attribute_history")
_CLOCKS = {
    "recorded_at": "recorded",
    "occurred_at": "happened",
    "reached_at": "reached",
    "created_at": "created",
    "known_from": "known from",
}


@dataclass(frozen=True)
class Touched:
    """What a source of touches tells of tonight's leads that may be scored.

    Attributes
    ----------
    written : dict of str to str
        What tells it from other sources, as configured.
    known_kinds : int
        Rows kept of a kind that is declared.
    ages_days : ndarray of float, shape (n_leads,)
        The leads' ages at their snapshots; leads without an instant are left out.
    leads : int
        Of these, leads with a touch of the source before their snapshot.
    """

    written: Mapping[str, str]
    known_kinds: int
    ages_days: np.ndarray
    leads: int


@dataclass(frozen=True)
class NightSource:
    """What one source brought, and what became of it.

    Attributes
    ----------
    table : str
        Such as ``"touches"``; ``"others"`` are the company's leads beside tonight's.
    name : str
        What to call it.
    files : tuple of str
    rows_in, rows_kept, rows_set_aside : int
    reasons : dict of str to int
        Why rows were set aside.
    unreadable : int
        Rows set aside that repeat no other and are no other row of a kept lead.
    newest : str or None
        When our systems knew its newest row before the night: ISO 8601, UTC.
    newest_by : str or None
        The clock that says so.
    rows_of_tonights_leads, rows_of_unknown_leads : int or None
        Rows kept whose lead or account is among tonight's leads; and whose is neither
        among these nor among the company's others. None: not to be told.
    touched : Touched or None
        Of a source of touches.
    """

    table: str
    name: str
    files: tuple[str, ...]
    rows_in: int
    rows_kept: int
    rows_set_aside: int
    reasons: Mapping[str, int]
    unreadable: int
    newest: str | None = None
    newest_by: str | None = None
    rows_of_tonights_leads: int | None = None
    rows_of_unknown_leads: int | None = None
    touched: Touched | None = field(default=None, repr=False)

    @property
    def newest_at(self) -> datetime | None:
        """``newest`` as an instant."""
        return None if self.newest is None else datetime.fromisoformat(self.newest)

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, for JSON."""
        told = asdict(self)
        del told["touched"]
        return told


def sources_of(
    connection: Engine,
    tables: Path,
    config: Config,
    company: Company,
    report: IntakeReport,
) -> tuple[NightSource, ...]:
    """Account for every source of a night.

    Parameters
    ----------
    connection : Engine
        Showing ``spine``, tonight's leads, and ``leads``, the company's others among
        them where they are read.
    tables : Path
        The folder with the tallies of the sources.
    company : Company
        Whose kinds of touch are known.
    """
    several = sum(s.table == "touches" for s in report.sources) > 1
    names, touched = {}, {}
    reports = report.to_dict()["sources"]
    for order, touches, _ in touch_sources(config, reports):
        if several:
            names[order] = f"touches, {source_name(touches)}"
        ages, is_touched = ages_and_touched(connection, tables, order, "s.is_eligible")
        kinds = known_kinds(connection, tables, order, company)
        found = int(is_touched.sum())
        touched[order] = Touched(written(touches), kinds, ages, found)
    tallied = _tallied(connection, tables)
    are_all = bool(report.of("others"))
    return tuple(
        _source(
            source,
            names.get(order, WORDS[source.table]),
            touched.get(order),
            tallied.get(order, (0, 0)),
            are_all,
        )
        for order, source in enumerate(report.sources)
    )


def _source(
    report: SourceReport,
    name: str,
    touched: Touched | None,
    rows: tuple[int, int],
    are_all: bool,
) -> NightSource:
    aside = report.reasons
    tonights, unknown = rows if report.table in _OF_LEADS else (None, None)
    return NightSource(
        table=report.table,
        name=name,
        files=tuple(f.name for f in report.files),
        rows_in=report.rows_in,
        rows_kept=report.rows_kept,
        rows_set_aside=report.rows_quarantined,
        reasons=aside,
        unreadable=sum(n for why, n in aside.items() if why not in _READABLE),
        newest=report.newest,
        newest_by=report.newest_by,
        rows_of_tonights_leads=tonights,
        rows_of_unknown_leads=unknown if are_all else None,
        touched=touched,
    )


_READABLE = (REPEAT, OTHER_KEPT)  # reasons that say nothing against the row itself


def _tallied(connection: Engine, tables: Path) -> dict[int, tuple[int, int]]:
    """Rows of tonight's leads, and of no lead at all, by the source's number."""
    counted = literal((tables / "source_leads.parquet").as_posix())
    found = connection.execute(
        f"""
        SELECT source,
            coalesce(sum(rows) FILTER ({_among("spine")}), 0),
            coalesce(sum(rows) FILTER (NOT ({_among("leads")})), 0)
        FROM read_parquet({counted}) GROUP BY source
        """
    ).fetchall()
    return {int(s): (int(tonights), int(unknown)) for s, tonights, unknown in found}


def _among(leads: str) -> str:
    """SQL for whether a row's lead, or else its account, is among some leads."""
    return (
        f"CASE WHEN lead_id IS NOT NULL THEN lead_id IN (SELECT lead_id FROM {leads}) "
        f"ELSE coalesce(account_id IN (SELECT account_id FROM {leads} "
        "WHERE account_id IS NOT NULL), false) END"
    )


def account(sources: Sequence[NightSource]) -> list[str]:
    """Say what each source brought, one line each, one under the other.

    Examples
    --------
    >>> touches = NightSource(
    ...     "touches", "touches", ("t.csv",), 90914, 90912, 2, {"Late.": 2}, 2,
    ...     "2026-07-01T22:14:09+00:00", "recorded_at", 80000, 148,
    ... )
    >>> leads = NightSource("leads", "leads", ("l.csv",), 40, 40, 0, {}, 0)
    >>> print(*account([leads, touches]), sep=chr(10))
    leads        40 rows in, all kept
    touches  90,914 rows in, 2 set aside, 148 of leads nobody knows; newest recorded \
2026-07-01 22:14 UTC
    """
    names = max((len(s.name) for s in sources), default=0)
    width = max((len(f"{s.rows_in:,}") for s in sources), default=0)
    return [f"{s.name:<{names}}  {s.rows_in:>{width},} {_said(s)}" for s in sources]


def reasons_aside(sources: Sequence[NightSource]) -> list[str]:
    """Say of each source why rows were set aside that repeat no other.

    Examples
    --------
    >>> aside = {"The instant in column 'made' is missing.": 66, "It has no id.": 1}
    >>> leads = NightSource("leads", "leads", ("l.csv",), 165, 98, 67, aside, 67)
    >>> print(*reasons_aside([leads]))
    Of leads 67 rows cannot be read: The instant in column 'made' is missing (66); It \
has no id (1).
    """
    said = []
    for source in sources:
        why = {r: n for r, n in source.reasons.items() if r not in _READABLE}
        if why:
            most = sorted(why.items(), key=lambda item: (-item[1], item[0]))
            told = "; ".join(f"{r.removesuffix('.')} ({n:,})" for r, n in most[:3])
            rest = sum(n for _, n in most[3:])
            more = f"; {rest:,} for other reasons" if rest else ""
            rows = "1 row" if source.unreadable == 1 else f"{source.unreadable:,} rows"
            said.append(f"Of {source.name} {rows} cannot be read: {told}{more}.")
    return said


def _said(source: NightSource) -> str:
    told = ["row in" if source.rows_in == 1 else "rows in"]
    if source.rows_set_aside:
        repeats = source.reasons.get(REPEAT, 0)
        alike = f" ({repeats:,} of them repeats)" if repeats else ""
        told.append(f"{source.rows_set_aside:,} set aside{alike}")
    elif source.rows_in:
        told.append("all kept")
    if source.rows_of_unknown_leads:
        told.append(f"{source.rows_of_unknown_leads:,} of leads nobody knows")
    elif source.rows_of_unknown_leads is None and source.rows_of_tonights_leads:
        told.append(f"{source.rows_of_tonights_leads:,} of tonight's leads")
    said = ", ".join(told)
    if (at := source.newest_at) is None or source.newest_by is None:
        return said
    return f"{said}; newest {_CLOCKS[source.newest_by]} {at:%Y-%m-%d %H:%M} UTC"
