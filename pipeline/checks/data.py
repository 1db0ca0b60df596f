"""Checks of the data as they came in: lost rows, strange kinds, wrong clocks."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pandas as pd

from features.engine import Engine, literal, one_row
from features.vocabulary import FunnelStage

from ..intake.judging import REPEAT
from ..tables import known_until
from .case import Case
from .check import Verdict, check, issue, not_applicable, passed, tip

_MOST_SET_ASIDE = 0.01  # of a source's rows: above it the export itself is wrong
_NO_TOUCHES = "No touches are configured."


@check("LL101", "Rows that could not be read")
def rows_set_aside(case: Case) -> Verdict:
    """Rows set aside at intake, as a share of the rows of their source.

    A few bad rows are life. Above 1 % of a source they are an export gone wrong, and
    what is missing is seldom missing at random: it is an issue. Exact repeats do not
    count, since nothing is lost with them. The rows stand in
    ``tables/quarantine.parquet`` with file, line and reason; correct the export, or
    the configuration's format, encoding or column names.
    """
    sources = case.intake["sources"]
    lost = [_lost(s) / s["rows_in"] if s["rows_in"] else 0.0 for s in sources]
    rows = sum(map(_lost, sources))
    if not rows:
        return passed("Every row could be read.", {"rows": 0})
    worst = max(range(len(sources)), key=lambda i: lost[i])
    source, share = sources[worst], lost[worst]
    reasons = {w: n for w, n in source["reasons"].items() if w != REPEAT}
    reason = max(reasons, key=lambda w: reasons[w])
    bad = case.quarantine()
    bad = bad.loc[~bad["is_repeat"].astype(bool)]
    here = bad.loc[(bad["table"] == source["table"]) & (bad["reason"] == reason)]
    said = (
        f"Of {source['rows_in']:,} rows of {source['table']} "
        f"{_lost(source):,} ({share:.2%}) were set aside, {reasons[reason]:,} of them "
        f"because: {reason.removesuffix('.')}{_first(here)}. Look into "
        "tables/quarantine.parquet, and correct the export or the configuration."
    )
    say = issue if share > _MOST_SET_ASIDE else tip
    return say(said, {"rows": rows, "largest_share": share}, examples=_leads(bad))


@check("LL102", "Kinds of touch that the funnel does not declare")
def undeclared_kinds(case: Case) -> Verdict:
    """Kinds of touch that stand in no funnel stage.

    They are pooled under "other", where a demo request and an unsubscribe look alike,
    and they get no signal of their own. Put each into ``[funnel]``.
    """
    if not case.config.touches:
        return not_applicable(_NO_TOUCHES)
    declared = {
        kind for stage in FunnelStage for kind in getattr(case.config.funnel, stage)
    }
    with case.tables() as engine:
        counts = dict(
            engine.execute(
                "SELECT kind, count(*) AS n FROM touches GROUP BY kind "
                "ORDER BY n DESC, kind"
            ).fetchall()
        )
    strange = {k: n for k, n in counts.items() if k not in declared}
    if not strange:
        return passed(
            f"All {len(counts)} kinds of touch stand in the funnel.", {"kinds": 0}
        )
    named = ", ".join(f"{k!r} ({n:,})" for k, n in list(strange.items())[:5])
    more = f" and {len(strange) - 5} more" if len(strange) > 5 else ""
    return tip(
        f"{len(strange)} of {len(counts)} kinds of touch stand in no funnel stage: "
        f"{named}{more}. Put each into [funnel], or into its 'other'.",
        {"kinds": len(strange), "touches": sum(strange.values())},
    )


@check("LL103", "Touches and milestones of unknown leads")
def unknown_leads(case: Case) -> Verdict:
    """Touches and milestones whose lead or account is not in the leads table.

    They are of no use, and many of them mean that ids are written in two ways, or
    that the tables were exported on different days.
    """
    if case.config.is_flat:
        return not_applicable("A flat export has neither touches nor milestones.")
    parts, figures = [], {}
    for table in ("touches", "milestones"):
        unknown = case.intake[f"{table}_of_unknown_leads"]
        sources = [s for s in case.intake["sources"] if s["table"] == table]
        whole = sum(s["rows_written"] for s in sources)
        figures[f"{table}_share"] = unknown / whole if whole else 0.0
        if unknown:
            share = figures[f"{table}_share"]
            parts.append(f"{unknown:,} of {whole:,} {table} ({share:.1%})")
    if not parts:
        return passed("Every touch and milestone is of a known lead.", figures)
    return tip(
        f"The leads table does not hold the leads of {' and '.join(parts)}. Export "
        "all tables on one day, and look whether ids are written in two ways.",
        figures,
    )


@check("LL104", "Clocks that are wrong")
def wrong_clocks(case: Case) -> Verdict:
    """Touches after ``known_until``, or recorded before they occurred.

    A touch from the future is a wrong clock or a wrong time zone, and then others are
    wrong too that cannot be told by looking. Such touches are used only from the
    later of their two instants on, so that they cannot leak; but counts and days since
    the last touch are off by as much as the clock is. Look at ``source.timezone``.

    A configured ``known_until`` that lies more than the horizon after all that was
    seen says that leads did not convert when perhaps the export had ended.
    """
    if not case.config.touches:
        return not_applicable(_NO_TOUCHES)
    until = known_until(case.intake)
    end = "NULL" if until is None else literal(until.replace(tzinfo=None).isoformat())
    late = f"occurred_at > CAST({end} AS TIMESTAMP)"
    early = "recorded_at < occurred_at"
    with case.tables() as engine:
        after, before = one_row(
            engine,
            f"SELECT count(*) FILTER ({late}), count(*) FILTER ({early}) FROM touches",
        )
        examples = _leads_with(engine, f"{late} OR {early}")
        silent = _silent_days(case, engine, until)
    if not after and not before and not silent:
        return passed("No touch lies in the future, or was recorded before it was.")
    parts = [f"{after:,} touches lie after known_until"] if after else []
    parts += [f"{before:,} were recorded before they occurred"] if before else []
    if silent:
        parts.append(
            f"source.known_until lies {silent:,.0f} days after the latest touch or "
            f"milestone, more than the horizon of {case.config.outcome.horizon_days:g}"
        )
    return tip(
        f"{' and '.join(parts)}. Look at source.timezone and source.known_until, and "
        "at the clocks of the systems that wrote them.",
        {
            "after_known_until": after,
            "recorded_before": before,
            "silent_days": silent,
        },
        examples=examples,
    )


@check("LL105", "When touches were recorded")
def recorded_at_assumed(case: Case) -> Verdict:
    """Sources that do not say when our systems knew.

    Without ``recorded_at`` a touch counts from the instant at which it happened. If it
    was loaded days later, the past looks richer than it was then, and the scorer will
    meet poorer leads at night than it was trained on.
    """
    if case.config.is_flat:
        return not_applicable("A flat export has no instants.")
    dated = [s for s in case.intake["sources"] if s["recorded_at"] is not None]
    blind = [s for s in dated if s["recorded_at"] == "assumed"]
    holes = sum(s["recorded_at_missing"] for s in dated)
    if not blind and not holes:
        return passed("Every touch and milestone says when it was recorded.")
    whose = " and ".join(dict.fromkeys(s["table"] for s in blind))
    parts = [f"no source of {whose} says when rows were recorded"] if blind else []
    if holes:
        parts.append(f"recorded_at is missing in {holes:,} rows")
    said = " and ".join(parts)
    return tip(
        f"{said[:1].upper()}{said[1:]}, so that it is taken to be when they happened, "
        "and late arrivals cannot be seen. Name a column in recorded_at if there is "
        "one.",
        {"sources": len(blind), "rows_missing": holes},
    )


def _silent_days(case: Case, engine: Engine, until: datetime | None) -> float:
    """Days from the latest instant seen to a configured end; 0 within the horizon."""
    horizon = case.config.outcome.horizon_days
    if case.config.source.known_until is None or until is None or horizon is None:
        return 0.0
    (latest,) = one_row(
        engine,
        "SELECT max(seen_at) FROM (SELECT max(occurred_at) AS seen_at FROM touches "
        "UNION ALL SELECT max(reached_at) FROM milestones)",
    )
    if latest is None:
        return 0.0
    days = (until.replace(tzinfo=None) - latest) / timedelta(days=1)
    return days if days > horizon else 0.0


def _lost(source: dict[str, Any]) -> int:
    return int(source["rows_quarantined"]) - int(source["reasons"].get(REPEAT, 0))


def _first(bad: pd.DataFrame) -> str:
    """Where the first of the rows stands."""
    placed = bad.dropna(subset=["file", "line"])
    if placed.empty:
        return ""
    first = placed.iloc[0]
    return f" (first at line {int(first['line'])} of {first['file']})"


def _leads(rows: pd.DataFrame) -> tuple[str, ...]:
    return tuple(dict.fromkeys(rows["lead_id"].dropna().astype(str)))[:3]


def _leads_with(engine: Engine, condition: str) -> tuple[str, ...]:
    found = engine.execute(
        f"SELECT DISTINCT lead_id FROM touches WHERE ({condition}) "
        "AND lead_id IS NOT NULL ORDER BY lead_id LIMIT 3"
    ).fetchall()
    return tuple(lead for (lead,) in found)
