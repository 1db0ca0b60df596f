"""Touches that are told several times, and so counted several times."""

from __future__ import annotations

from features.engine import Engine, one_row

from ..intake.judging import REPEAT
from ..intake.tables import TWINS
from .case import Case
from .check import Value, Verdict, check, not_applicable, passed, tip

_MOST_REPEATED = 0.01  # of the touches: fewer are double clicks

# Kinds that are dated to the day or the minute have honest twins, and are not judged.
_TOLD = f"""
    CREATE TEMP TABLE told AS
    SELECT {TWINS}, count(*) AS times,
      min(recorded_at) <> max(recorded_at) AS in_recorded_at,
      coalesce(min(channel) <> max(channel) OR count(channel) NOT IN (0, times), false)
        AS in_channel,
      coalesce(min(value) <> max(value) OR count(value) NOT IN (0, times), false)
        AS in_value,
      bool_and(occurred_at = date_trunc('minute', occurred_at))
        OVER (PARTITION BY kind) AS is_coarse
    FROM touches GROUP BY {TWINS}
"""


@check("LL110", "Touches that are told twice")
def told_twice(case: Case) -> Verdict:
    """Touches of the same lead, kind, instant and asset, within a source or across.

    A row that repeats another of its source in every column is set aside at intake. A
    touch that is delivered again with another ``recorded_at``, or in a second source,
    cannot be told from two touches, is kept, and counts twice: leads look busier for
    no reason of theirs. Where they are one touch, leave the second out with ``query``;
    where they are several, name the column that tells them apart in ``asset``. Kinds
    that are dated to the minute or the day are not judged, since two of them at one
    instant are ordinary; nor are up to 1 % of the touches, which are double clicks.
    """
    if not case.config.touches:
        return not_applicable("No touches are configured.")
    sources = [s for s in case.intake["sources"] if s["table"] == "touches"]
    set_aside = sum(s["reasons"].get(REPEAT, 0) for s in sources)
    within = sum(s.get("twins", 0) for s in sources)
    with case.tables() as engine:
        engine.execute(_TOLD)
        judged, repeated, twins = one_row(
            engine,
            "SELECT coalesce(sum(times) FILTER (NOT is_coarse), 0), "
            "coalesce(sum(times - 1) FILTER (NOT is_coarse), 0), "
            "coalesce(sum(times - 1), 0) FROM told",
        )
        across = int(twins) - within if len(sources) > 1 else 0
        share = float(repeated / judged) if judged else 0.0
        figures: dict[str, Value] = {
            "repeated": int(repeated), "share": share, "across_sources": across,
            "set_aside": set_aside,
        }  # fmt: skip
        if share <= _MOST_REPEATED:
            return passed(f"{share:.2%} of the touches are told twice.", figures)
        said, examples = _shown(engine)
    more = f"; {across:,} are told by more than one source" if across > 0 else ""
    also = f" (another {set_aside:,} exact repeats were set aside)" if set_aside else ""
    return tip(
        f"{repeated:,} of {judged:,} touches ({share:.1%}) repeat another of the same "
        f"lead, kind, instant and asset{more}, such as {said}. They are kept and "
        f"counted{also}. If they are one touch told again, leave them out with a "
        "query; if not, name what tells them apart in asset.",
        figures,
        examples=examples,
    )


def _shown(engine: Engine) -> tuple[str, tuple[str, ...]]:
    """The touch that is told most often, in what its like differ, and three leads."""
    kind, whose, at, times = one_row(
        engine,
        "SELECT kind, coalesce(lead_id, account_id), occurred_at, times FROM told "
        "WHERE NOT is_coarse ORDER BY times DESC, 2, occurred_at, kind, asset LIMIT 1",
    )
    differing = one_row(
        engine,
        "SELECT count(*), count_if(in_recorded_at), count_if(in_channel), "
        "count_if(in_value) FROM told WHERE times > 1 AND NOT is_coarse",
    )
    names = ("recorded_at", "channel", "value")
    mostly = [
        n for n, c in zip(names, differing[1:], strict=True) if 2 * c > differing[0]
    ]
    leads = engine.execute(
        "SELECT DISTINCT lead_id FROM told WHERE times > 1 AND NOT is_coarse "
        "AND lead_id IS NOT NULL ORDER BY lead_id LIMIT 3"
    ).fetchall()
    apart = f", mostly with another {' and '.join(mostly)}" if mostly else ""
    said = f"{kind!r} of {whose} at {at:%Y-%m-%d %H:%M:%S}, told {times} times{apart}"
    return said, tuple(lead for (lead,) in leads)
