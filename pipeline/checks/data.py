"""Checks of the rows as they came in: the lost, the strange and the missing."""

from __future__ import annotations

from typing import Any

import pandas as pd

from features.engine import one_row
from features.vocabulary import FunnelStage

from ..intake.instant_columns import ON_SENTINEL
from ..intake.judging import REPEAT
from .alike import alike, quoted_label
from .case import Case
from .check import Value, Verdict, check, issue, not_applicable, passed, tip

_MOST_SET_ASIDE = 0.01  # of a source's rows: above it the export itself is wrong
_NO_TOUCHES = "No touches are configured."
_MOST_SILENT = 0.50  # of the leads without a touch: above it something was not exported
_MOST_EARLY = 0.20  # of the leads older than …
_EARLY_DAYS = 30  # … the first touch of all, by this much
_FEWEST_SILENT = 20

_WITHOUT_TOUCHES = f"""
    CREATE TEMP TABLE without AS
    SELECT lead_id, first_at, created_at < first_at - INTERVAL {_EARLY_DAYS} DAY
      AS is_early
    FROM leads, (SELECT min(occurred_at) AS first_at FROM touches)
    WHERE lead_id NOT IN (SELECT lead_id FROM touches WHERE lead_id IS NOT NULL)
    AND (account_id IS NULL OR account_id NOT IN (
      SELECT account_id FROM touches WHERE account_id IS NOT NULL))
"""


@check("LL101", "Rows that could not be read")
def rows_set_aside(case: Case) -> Verdict:
    """Rows set aside at intake, as a share of the rows of their source.

    A few bad rows are life. Above 1 % of a source they are an export gone wrong, and
    what is missing is seldom missing at random: it is an issue. Exact repeats do not
    count, since nothing is lost with them, nor do rows whose instant is a declared
    sentinel. The rows stand in
    ``tables/quarantine.parquet`` with file, line and reason; correct the export, or
    the configuration's format, encoding or column names.
    """
    sources = case.intake["sources"]
    lost = [_lost(s) / s["rows_in"] if s["rows_in"] else 0.0 for s in sources]
    rows = sum(map(_lost, sources))
    if not rows:
        return passed("Every row could be read.", {"rows": 0})
    worst_first = sorted(range(len(sources)), key=lambda i: -lost[i])
    loud = [i for i in worst_first if lost[i] > _MOST_SET_ASIDE] or worst_first[:1]
    bad = case.quarantine()
    bad = bad.loc[[_is_loss(str(reason)) for reason in bad["reason"]]]
    told = " ".join(_set_aside(sources[i], bad) for i in loud)
    share = lost[worst_first[0]]
    say = issue if share > _MOST_SET_ASIDE else tip
    return say(
        f"{told} Look into tables/quarantine.parquet, and correct the export or the "
        "configuration.",
        {"rows": rows, "largest_share": share},
        examples=_leads(bad),
    )


def _set_aside(source: dict[str, Any], bad: pd.DataFrame) -> str:
    """Say how many rows of a source were set aside, and mostly why."""
    reasons = {w: n for w, n in source["reasons"].items() if _is_loss(w)}
    reason = max(reasons, key=lambda w: reasons[w])
    here = bad.loc[(bad["table"] == source["table"]) & (bad["reason"] == reason)]
    others = len(reasons) - 1
    more = f", others for {others} more reason{'s' * (others > 1)}" if others else ""
    count, rows_in = _lost(source), source["rows_in"]
    return (
        f"Of {rows_in:,} rows of {source['table']} {count:,} ({count / rows_in:.2%}) "
        f"were set aside, {reasons[reason]:,} of them because: "
        f"{reason.removesuffix('.')}{_first(here)}{more}."
    )


@check("LL102", "Kinds of touch that the funnel does not declare")
def undeclared_kinds(case: Case) -> Verdict:
    """Kinds of touch that stand in no funnel stage.

    They are pooled under "other", where a demo request and an unsubscribe look alike,
    and they get no signal of their own. Put each into ``[funnel]``. A kind that is
    alike to a declared one but for case, accents, marks, spaces or a plural is the same
    kind under another name: its signals see only a part of the touches, which is an
    issue. Put both spellings into the same stage, or make them one with a query.
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
    twins = {k: of for k in strange if (of := alike(k, declared & set(counts)))}
    strange = dict(sorted(strange.items(), key=lambda kind: kind[0] not in twins))
    named = ", ".join(
        f"{quoted_label(k)} ({n:,}"
        + (
            f"; alike to {quoted_label(twins[k])}, which is declared)"
            if k in twins
            else ")"
        )
        for k, n in list(strange.items())[:5]
    )
    more = f" and {len(strange) - 5} more" if len(strange) > 5 else ""
    say = issue if twins else tip
    return say(
        f"{len(strange)} of {len(counts)} kinds of touch stand in no funnel stage: "
        f"{named}{more}. Put each into [funnel], or into its 'other'.",
        {
            "kinds": len(strange),
            "touches": sum(strange.values()),
            "alike_to_declared": len(twins),
        },
    )


@check("LL109", "Leads without touches")
def leads_without_touches(case: Case) -> Verdict:
    """Leads that no touch is known of, of their own or of their account.

    Some are ordinary. Where they are most of all leads, or where many leads are older
    than the first touch of all, behavioural signals are about the tracker and not
    about the leads: look whether touches were exported for all of them, under the same
    ids and over the same time.
    """
    if not case.config.touches:
        return not_applicable(_NO_TOUCHES)
    with case.tables() as engine:
        engine.execute(_WITHOUT_TOUCHES)
        (leads,) = one_row(engine, "SELECT count(*) FROM leads")
        without, early, first = one_row(
            engine,
            "SELECT count(*), count(*) FILTER (is_early), min(first_at) FROM without",
        )
        examples = engine.execute(
            "SELECT lead_id FROM without ORDER BY lead_id LIMIT 3"
        ).fetchall()
    share = without / leads if leads else 0.0
    figures: dict[str, Value] = {"leads": without, "share": share, "early": early}
    told = f"{without:,} of {leads:,} leads ({share:.1%}) have no touch"
    is_few = share <= _MOST_SILENT and early <= _MOST_EARLY * leads
    if is_few or without < _FEWEST_SILENT:
        return passed(f"{told}.", figures)
    since = (
        f", {early:,} of them created over {_EARLY_DAYS} days before the first touch "
        f"of all ({first:%Y-%m-%d})"
        if early
        else ""
    )
    return tip(
        f"{told}{since}. Behavioural signals know nothing of them: look whether the "
        "touches of all leads were exported, under the same ids, over the same time.",
        figures,
        examples=tuple(lead for (lead,) in examples),
    )


def _lost(source: dict[str, Any]) -> int:
    return sum(n for reason, n in source["reasons"].items() if _is_loss(reason))


def _is_loss(reason: str) -> bool:
    """Whether something is lost with a row, and nobody asked for that."""
    return reason != REPEAT and not reason.endswith(ON_SENTINEL)


def _first(bad: pd.DataFrame) -> str:
    """Where the first of the rows stands."""
    placed = bad.dropna(subset=["file", "line"])
    if placed.empty:
        return ""
    first = placed.iloc[0]
    return f" (first at line {int(first['line'])} of {first['file']})"


def _leads(rows: pd.DataFrame) -> tuple[str, ...]:
    return tuple(dict.fromkeys(rows["lead_id"].dropna().astype(str)))[:3]
