"""Touches week by week: which kinds fall silent, and which only begin late.

Why a kind's own calendar is not enough: kinds fade at the end of an export because
leads do, first those that come early in a lead's life. So what a kind should have
brought in a span of weeks is reckoned from the leads (or accounts) that there were
then, each at its age in weeks, at the rates that the kind has at that age elsewhere;
and whatever befell all other kinds in the span as well is not held against it. A week
in which a lead has such touches counts once, however many they are.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

import numpy as np

from features.engine import Engine, one_row
from models.points import Floats

from .case import Case
from .check import Value, Verdict, check, not_applicable, passed, skipped, tip

_LEAST_WEEKS = 12  # of data
_LEFT = 0.10  # of what was to be expected: at or below it a kind is silent
_LEAST_EXPECTED = 30  # weeks of leads with such a touch
_SILENT_WEEKS = (3, 6, 13, 26, 52)  # spans at the end, up to half of the data
_BLANK_SHARES = (0.25, 0.5, 0.75)  # spans at the beginning
_STEADY_WEEKS = 8  # with such touches
_MOST_CHANNELS = 20  # more are people or places, and they may come and go
_AGES = (-9, 27)  # in weeks; beyond these all are alike

_COUNTED = """
    CREATE TEMP TABLE born AS
    SELECT 'lead' AS unit, lead_id AS id, date_trunc('week', created_at) AS week
    FROM leads
    UNION ALL
    SELECT 'account', account_id, date_trunc('week', min(created_at)) FROM leads
    WHERE account_id IS NOT NULL GROUP BY account_id;

    CREATE TEMP TABLE weekly AS
    WITH told AS (
      SELECT kind, channel, occurred_at, coalesce(lead_id, account_id) AS id,
        CASE WHEN lead_id IS NULL THEN 'account' ELSE 'lead' END AS unit
      FROM touches
    ), named AS (
      SELECT 'kind' AS sort, kind AS name, * FROM told
      UNION ALL SELECT 'channel', channel, * FROM told
      WHERE channel IS NOT NULL
        AND (SELECT count(DISTINCT channel) FROM touches) BETWEEN 2 AND {channels}
    )
    SELECT n.sort, n.name, n.unit, date_trunc('week', n.occurred_at) AS week,
      greatest({youngest}, least({oldest}, date_diff('day', b.week,
        date_trunc('week', n.occurred_at)) // 7)) AS age,
      count(DISTINCT n.id) AS touched, min(n.occurred_at) AS first_at,
      max(n.occurred_at) AS last_at
    FROM named n JOIN born b ON b.unit = n.unit AND b.id = n.id GROUP BY ALL;
"""


@dataclass(frozen=True, eq=False)
class _Name:
    """A kind or channel, week by week; the leads' touches and the accounts' apart."""

    said: str
    touched: Floats  # (weeks, ages): leads or accounts that had such a touch
    exposed: Floats  # (weeks, ages): how many there were
    first_at: datetime
    last_at: datetime
    _reckoned: dict[tuple[int, int], float] = field(default_factory=dict)

    def by_week(self) -> Floats:
        """Touched leads or accounts of each week."""
        return np.asarray(self.touched.sum(axis=1))

    def expected(self, span: slice) -> float:
        """What the weeks of a span should have brought, by the rates elsewhere."""
        if (span.start, span.stop) not in self._reckoned:
            self._reckoned[span.start, span.stop] = self._reckon(span)
        return self._reckoned[span.start, span.stop]

    def _reckon(self, span: slice) -> float:
        there = self.exposed.sum(axis=0) - self.exposed[span].sum(axis=0)
        seen = self.touched.sum(axis=0) - self.touched[span].sum(axis=0)
        rate = np.divide(seen, there, out=np.zeros_like(seen), where=there > 0)
        return float(rate @ self.exposed[span].sum(axis=0))


@dataclass(frozen=True)
class _Hole:
    """A span in which a kind or channel is silent, and the others are not."""

    name: _Name
    weeks: int
    seen: float
    expected: float


@check("LL112", "Kinds of touch that fell silent")
def fell_silent(case: Case) -> Verdict:
    """Kinds and channels that came steadily, and stop or nearly stop before the end.

    A tracker that died looks like leads that lost interest: their counts fall, days
    since the last touch grow, and tonight's scores are of the tracker. Judged are the
    last 3 to 52 weeks against what the leads there were should have brought; silent is
    a tenth of it or less, for more than twice the longest gap that the kind has had
    before, while the other kinds go on. Mend the tracker; until then leave the kind
    out with ``query``, or train on data that end before the silence.
    """
    return _judged(case, "The touches of no kind fell silent.", at_end=True)


@check("LL113", "Kinds of touch that begin late")
def begin_late(case: Case) -> Verdict:
    """Kinds and channels of which the first quarter of the weeks, or more, has none.

    Older snapshots cannot have such touches, whatever their leads did, so that their
    signals tell old snapshots from new ones. Where the conversion rate has changed in
    the meantime the booster learns that instead. Train on data from after the
    beginning (with ``query`` on the leads), or leave the kind out until it is older.
    """
    return _judged(case, "Every kind of touch is there from early on.", at_end=False)


def _judged(case: Case, otherwise: str, *, at_end: bool) -> Verdict:
    if not case.config.touches:
        return not_applicable("No touches are configured.")
    with case.tables() as engine:
        names = _names(engine)
    weeks = len(names[0].touched) if names else 0
    if weeks < _LEAST_WEEKS:
        return skipped(f"The touches span {weeks} weeks; {_LEAST_WEEKS} are needed.")
    holes = _holes(names, weeks, at_end=at_end)
    if not holes:
        return passed(otherwise, {"kinds": 0, "weeks": weeks})
    told = "; ".join(_told(h, at_end=at_end) for h in holes[:3])
    more = f"; and {len(holes) - 3} more" if len(holes) > 3 else ""
    what = (
        "If a tracker died, mend it, and do not train on the weeks after; if this is "
        "simply no longer done, leave the kind out with a query."
        if at_end
        else "Older snapshots cannot have these touches: train on leads from after the "
        "beginning, or leave them out for now."
    )
    figures: dict[str, Value] = {
        "kinds": len(holes), "weeks": holes[0].weeks, "seen": holes[0].seen,
        "expected": round(holes[0].expected, 1),
    }  # fmt: skip
    return tip(f"{told}{more}. {what}", figures)


def _told(hole: _Hole, *, at_end: bool) -> str:
    name = hole.name
    when = (
        f"the last {hole.weeks} weeks (latest {name.last_at:%Y-%m-%d})"
        if at_end
        else f"the first {hole.weeks} weeks (earliest {name.first_at:%Y-%m-%d})"
    )
    return (
        f"{name.said} came {hole.seen:,.0f} times in {when}, where by the leads there "
        f"were then and by all other touches {hole.expected:,.0f} were to be expected"
    )


def _holes(names: list[_Name], weeks: int, *, at_end: bool) -> list[_Hole]:
    """Find the longest silent span of each name, the most missed first."""
    found = []
    for name in names:
        spans = _silent_spans(name, weeks) if at_end else _blank_spans(name, weeks)
        for span in spans:
            others = [n for n in names if n is not name]
            hole = _hole(name, others, span)
            if hole is not None:
                found.append(hole)
                break
    return sorted(found, key=lambda h: -h.expected)


def _hole(name: _Name, others: list[_Name], span: slice) -> _Hole | None:
    """The span as a hole, if it is one."""
    due = sum(n.expected(span) for n in others)
    came = sum(float(n.by_week()[span].sum()) for n in others)
    share = came / due if due >= _LEAST_EXPECTED else 1.0
    expected = name.expected(span) * min(share, 1.0)
    seen = float(name.by_week()[span].sum())
    if expected < _LEAST_EXPECTED or seen > _LEFT * expected:
        return None
    return _Hole(name, len(range(*span.indices(len(name.touched)))), seen, expected)


def _silent_spans(name: _Name, weeks: int) -> list[slice]:
    """Spans at the end, the longest first, that are no gap as others before."""
    found = []
    for length in reversed(_SILENT_WEEKS):
        active = np.flatnonzero(name.by_week()[: weeks - length])
        if 2 * length > weeks or len(active) < _STEADY_WEEKS:
            continue
        if length > 2 * (int(np.diff(active).max()) - 1):
            found.append(slice(weeks - length, weeks))
    return found


def _blank_spans(name: _Name, weeks: int) -> list[slice]:
    """Spans at the beginning, the longest first, after which the name is steady."""
    found = []
    for share in reversed(_BLANK_SHARES):
        length = round(share * weeks)
        active = np.flatnonzero(name.by_week()[length:])
        if len(active) >= max(_STEADY_WEEKS, 0.5 * (weeks - length)):
            found.append(slice(0, length))
    return found


def _names(engine: Engine) -> list[_Name]:
    """Return every kind and channel over the weeks from the first to the last touch.

    One in a thousand touches may lie before the first and after the last: a wrong
    clock is not the beginning of the data.
    """
    youngest, oldest = _AGES
    engine.execute(
        _COUNTED.format(youngest=youngest, oldest=oldest, channels=_MOST_CHANNELS)
    )
    start, end = one_row(
        engine,
        "SELECT quantile_disc(occurred_at, 0.001), quantile_disc(occurred_at, 0.999) "
        "FROM touches",
    )
    if start is None:
        return []
    monday = start.date() - timedelta(days=start.weekday())
    weeks = (end.date() - monday).days // 7 + 1
    exposed = {u: _exposed(engine, u, monday, weeks) for u in ("lead", "account")}
    found = []
    for sort, name, unit, *span in engine.execute(
        "SELECT sort, name, unit, min(first_at), max(last_at) FROM weekly "
        "GROUP BY ALL ORDER BY sort DESC, name, unit"
    ).fetchall():
        touched = np.zeros_like(exposed[unit])
        told = engine.execute(
            "SELECT date_diff('day', CAST(? AS DATE), week) // 7 AS place, "
            f"age - {youngest} AS age, touched FROM weekly WHERE sort = ? AND name = ? "
            "AND unit = ? AND place BETWEEN 0 AND ?",
            [monday, sort, name, unit, weeks - 1],
        ).fetchnumpy()
        touched[told["place"], told["age"]] = told["touched"]
        said = f"The {sort} {name!r}" + " (of accounts)" * (unit == "account")
        found.append(_Name(said, touched, exposed[unit], *span))
    return found


def _exposed(engine: Engine, unit: str, monday: object, weeks: int) -> Floats:
    """How many leads or accounts there were in each week at each age."""
    youngest, oldest = _AGES
    exposed = np.zeros((weeks, oldest - youngest + 1))
    for born, count in engine.execute(
        "SELECT date_diff('day', CAST(? AS DATE), week) // 7, count(*) FROM born "
        "WHERE unit = ? GROUP BY ALL",
        [monday, unit],
    ).fetchall():
        ages = np.clip(np.arange(weeks) - born, youngest, oldest)
        exposed[np.arange(weeks), ages - youngest] += count
    return exposed
