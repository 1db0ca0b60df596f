"""Labels of milestones that nobody configured, and configured ones that never occur.

Why a label that is alike stops promotion and any other does not: a company records many
stages that end nothing, but a stage that is written in two ways is learnt half as a
conversion and half as none, and no figure of the scorer shows it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from features.engine import Engine, literal, one_row

from ..tables import known_until
from .alike import alike, quoted_label
from .case import Case
from .check import Value, Verdict, issue, passed, tip

_NAMED = 5  # labels in one sentence
_LONGEST_GAPS = 1.5  # of silence between two of a label, before it is said to stop
_FEWEST_AFTER = 5  # rows of a label that may have taken the place of another
_MOST_TIMES = 3.0  # as many a week, or as few, as the label it may have replaced
_WEEKS_BEFORE = 8  # of the label that stopped, to compare with
_WEEK = timedelta(days=7)


@dataclass(frozen=True)
class _Label:
    """A label of milestones of known leads: rows, leads, and its first and last row."""

    name: str
    rows: int
    leads: int
    first: datetime
    last: datetime


@dataclass(frozen=True)
class _Twin:
    """A label that seems to be a configured one under another name.

    Attributes
    ----------
    label : _Label
        Nobody configured it.
    of : str
        The configured label.
    why : str
        What speaks for it, in words.
    missed : int
        Leads that reach the label and never the configured one.
    examples : tuple of str
        Up to three of these.
    """

    label: _Label
    of: str
    why: str
    missed: int
    examples: tuple[str, ...]


def look_at_milestones(case: Case) -> Verdict:
    """Judge the labels of a dated company's milestones."""
    conversion = str(case.config.outcome.conversion)
    configured = list(dict.fromkeys((conversion, *case.config.outcome.closed_by)))
    with case.tables() as engine:
        until = _only_reached(engine, case)
        labels = _labels(engine)
        by_name = {each.name: each for each in labels}
        others = [each for each in labels if each.name not in configured]
        stopped = _stopped(engine, until, [by_name.get(c) for c in configured])
        twins = _twins(engine, others, configured, stopped)
        (converted,) = one_row(
            engine,
            "SELECT count(DISTINCT lead_id) FROM reached "
            f"WHERE milestone = {literal(conversion)}",
        )
        missing = [c for c in configured if not _is_borne(engine, c)]
    unused = _unused_renames(case)
    figures: dict[str, Value] = {
        "labels": len(others),
        "rows": sum(each.rows for each in others),
        "leads_missed": sum(t.missed for t in twins),
        "configured_and_absent": len(missing),
    }
    sentences = [_absent_said(case, name) for name in missing] + unused
    if twins:
        missed = sum(t.missed for t in twins if t.of == conversion)
        whole = converted + missed
        figures["share_of_conversions"] = missed / whole if whole else 0.0
        said = [*(_twin_said(t, conversion, whole) for t in twins), *sentences]
        examples = next((t.examples for t in twins if t.examples), ())
        return issue(" ".join(said), figures, examples)
    if sentences:
        return tip(" ".join([*sentences, _others_said(others)]), figures)
    renamed = _renames_said(case)
    return passed(" ".join([_others_said(others), *renamed]), figures)


def _only_reached(engine: Engine, case: Case) -> datetime | None:
    """Show the milestones that known leads had reached by ``known_until``.

    Returns
    -------
    datetime or None
        The latest of them.
    """
    until = known_until(case.intake)
    limit = "" if until is None else f" WHERE reached_at <= {_sql(until)}"
    engine.execute(
        "CREATE TEMP VIEW reached AS SELECT * FROM milestones SEMI JOIN leads USING "
        f"(lead_id){limit}"
    )
    latest: datetime | None = one_row(engine, "SELECT max(reached_at) FROM reached")[0]
    return latest


def _sql(instant: datetime) -> str:
    return f"{literal(str(instant.replace(tzinfo=None)))}::TIMESTAMP"


def _is_borne(engine: Engine, label: str) -> bool:
    """Whether a milestone of a known lead bears a label, be it only planned."""
    return bool(
        engine.execute(
            "SELECT 1 FROM milestones SEMI JOIN leads USING (lead_id) "
            f"WHERE milestone = {literal(label)} LIMIT 1"
        ).fetchall()
    )


def _labels(engine: Engine) -> list[_Label]:
    """Labels that were reached, the most frequent first."""
    rows = engine.execute(
        "SELECT milestone, count(*) AS k, count(DISTINCT lead_id), min(reached_at), "
        "max(reached_at) FROM reached GROUP BY milestone ORDER BY k DESC, milestone"
    ).fetchall()
    return [_Label(*row) for row in rows]


def _stopped(
    engine: Engine, end: datetime | None, configured: list[_Label | None]
) -> dict[str, tuple[_Label, float, float]]:
    """Configured labels that stop long before the end; their rows a week before."""
    stopped: dict[str, tuple[_Label, float, float]] = {}
    if end is None:
        return stopped
    for label in configured:
        if label is None or label.rows < _FEWEST_AFTER:
            continue
        longest, recent = one_row(
            engine,
            f"""
            SELECT max(epoch(gap)) / 86400,
              count(*) FILTER (reached_at > {_sql(label.last)}
                - INTERVAL {_WEEKS_BEFORE * 7} DAY)
            FROM (SELECT reached_at, reached_at - lag(reached_at) OVER (ORDER BY
              reached_at) AS gap FROM reached
              WHERE milestone = {literal(label.name)})
            """,
        )
        weeks = min(_WEEKS_BEFORE, max(1.0, (label.last - label.first) / _WEEK))
        silent = (end - label.last) / timedelta(days=1)
        if silent > _LONGEST_GAPS * longest:
            stopped[label.name] = (label, float(longest), recent / weeks)
    return stopped


def _twins(
    engine: Engine,
    others: list[_Label],
    configured: list[str],
    stopped: dict[str, tuple[_Label, float, float]],
) -> list[_Twin]:
    """Labels that are alike to a configured one, or begin when it stops."""
    twins = []
    for label in others:
        of = alike(label.name, configured)
        why = "alike but for case, accents, marks, spaces or a plural"
        if of is None:
            of, why = _replaced(label, stopped)
        if of is None:
            continue
        missed = engine.execute(
            "SELECT DISTINCT lead_id FROM reached "
            f"WHERE milestone = {literal(label.name)} AND lead_id NOT IN (SELECT "
            f"lead_id FROM reached WHERE milestone = {literal(of)}) ORDER BY lead_id"
        ).fetchall()
        examples = tuple(str(lead) for (lead,) in missed[:3])
        twins.append(_Twin(label, of, why, len(missed), examples))
    return twins


def _replaced(
    label: _Label, stopped: dict[str, tuple[_Label, float, float]]
) -> tuple[str | None, str]:
    """The configured label that this one seems to have replaced, and why."""
    weeks = max(1.0, (label.last - label.first) / _WEEK)
    for name, (old, longest, weekly) in stopped.items():
        begins = label.first >= old.last - timedelta(days=longest)
        times = label.rows / weeks / weekly
        is_like = 1 / _MOST_TIMES <= times <= _MOST_TIMES
        if begins and is_like and label.rows >= _FEWEST_AFTER:
            return name, (
                f"the first of it is of {label.first:%Y-%m-%d}, the last of "
                f"{quoted_label(name)} of {old.last:%Y-%m-%d}, and it is about as "
                "frequent"
            )
    return None, ""


def _twin_said(twin: _Twin, conversion: str, whole: int) -> str:
    label, of = quoted_label(twin.label.name), quoted_label(twin.of)
    one = twin.missed == 1
    missed = f"{twin.missed:,} lead{' reaches' if one else 's reach'} it and never {of}"
    counts = "and so counts" if one else "and so count"
    if twin.of == conversion:
        share = ""
        if whole:
            share = f": {twin.missed / whole:.1%} of the {whole:,} that reach either"
        role = "the conversion"
        effect = f"{missed}, {counts} as not converted{share}"
    else:
        role = "of outcome.closed_by"
        effect = f"{missed}, {counts} as open"
    key, name = (text.replace("'", '"') for text in (label, of))
    return (
        f"The milestone {label} ({twin.label.rows:,} rows), which nobody configured, "
        f"seems to be {of}, {role} ({twin.why}): {effect}. If they are one stage, say "
        f"labels = {{ {key} = {name} }} under [[milestones]]."
    )


def _absent_said(case: Case, name: str) -> str:
    is_conversion = name == case.config.outcome.conversion
    key = "conversion" if is_conversion else "closed_by"
    return (
        f"No milestone of a known lead bears {quoted_label(name)}, which "
        f"outcome.{key} names: look how it is spelt."
    )


def _others_said(others: list[_Label]) -> str:
    if not others:
        return "Every milestone is the conversion or stands in outcome.closed_by."
    told = ", ".join(f"{quoted_label(o.name)} ({o.rows:,})" for o in others[:_NAMED])
    more = f" and {len(others) - _NAMED} more" if len(others) > _NAMED else ""
    return (
        f"Milestones besides the conversion and outcome.closed_by, with their rows: "
        f"{told}{more}; they end no lead."
    )


def _relabelled(case: Case) -> dict[str, int]:
    """Rows of each label that is configured to go by another name."""
    rows: dict[str, int] = {}
    sources: list[dict[str, Any]] = case.intake["sources"]
    for source in sources:
        for label, count in source.get("relabelled", {}).items():
            rows[label] = rows.get(label, 0) + int(count)
    return rows


def _unused_renames(case: Case) -> list[str]:
    return [
        f"No milestone bears {quoted_label(label)}, which [[milestones]] labels "
        "renames: look how it is spelt."
        for label, rows in _relabelled(case).items()
        if not rows
    ]


def _renames_said(case: Case) -> list[str]:
    return [
        f"{rows:,} rows of {quoted_label(label)} go by another name."
        for label, rows in _relabelled(case).items()
    ]
