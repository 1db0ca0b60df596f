"""Checks of endings: conversions and closings that lie before their lead's creation."""

from __future__ import annotations

from dataclasses import dataclass

from features.engine import Engine, literal, one_row

from ..sections import OutcomeConfig
from .case import Case
from .check import Value, Verdict, check, issue, not_applicable, passed, tip

_MOST_BEFORE = 0.01  # of the conversions, or of the closings: then the rate is wrong


@dataclass(frozen=True)
class _Counted:
    """Milestones of one kind of leads that are known, and those before creation."""

    words: str
    all: int
    before: int

    @property
    def share(self) -> float:
        return self.before / self.all if self.all else 0.0


@check("LL115", "Endings before the lead was created")
def endings_before_creation(case: Case) -> Verdict:
    """Conversions and closings that are dated before the creation of their lead.

    Such a lead has ended before it began, so that no snapshot ever looks at it: it is
    gone together with its conversion, while the leads that did not convert stay, and
    the rate is wrong. Above 1 % of the conversions, or of the closings, it is an issue.

    A conversion dated to the day counts at the end of it, so that one on the day of
    creation is not meant here. What is left are two clocks that disagree, a CRM that
    was moved and gave all its old leads the day of the move, contacts that are made
    when a deal is won, or a day such as 1900-01-01 that stands for "never". Compare
    both columns for a few of the leads; correct the export, declare ``sentinels``, or
    leave such rows out with ``query``.
    """
    if case.config.is_flat:
        return not_applicable("A flat export has no instants.")
    with case.tables() as engine:
        told = [
            _counted(engine, words, milestones)
            for words, milestones in _endings(case.config.outcome)
        ]
        leads, examples = _never_looked_at(engine, case.config.outcome)
    before = sum(t.before for t in told)
    others = case.intake["milestones_before_creation"] - before
    figures: dict[str, Value] = {
        "leads": leads,
        "others": others,
        **{t.words: t.before for t in told},
        **{f"{t.words}_share": t.share for t in told},
    }
    of_others = "1 milestone of another name does" * (others == 1)
    of_others = of_others or f"{others:,} milestones of other names do"
    more = f" ({of_others})" if others else ""
    if not before:
        words = " or ".join(t.words.removesuffix("s") for t in told)
        return passed(f"No {words} lies before its lead's creation{more}.", figures)
    parts = " and ".join(
        f"{t.before:,} of {t.all:,} {t.words} ({t.share:.1%})" for t in told if t.before
    )
    one = leads == 1
    ended = (
        "1 lead ends before it begins" if one else f"{leads:,} end before they begin"
    )
    them = "it" if one else "them"
    said = (
        f"{parts} lie before the creation of their leads{more}: {ended}, so that "
        f"no snapshot ever looks at {them}, whatever became of {them}. Compare both "
        "clocks: was created_at rewritten when a CRM was moved, or does a day such as "
        "1900-01-01 stand for 'never' (see sentinels)? Correct the export, or leave "
        "such rows out with query."
    )
    say = issue if max(t.share for t in told) > _MOST_BEFORE else tip
    return say(said, figures, examples=examples)


def _endings(outcome: OutcomeConfig) -> list[tuple[str, tuple[str, ...]]]:
    """The milestones that count as conversions, and those that close."""
    conversion = (str(outcome.conversion),)
    endings = {"conversions": conversion, "closings": outcome.closed_by}
    return [(words, named) for words, named in endings.items() if named]


def _counted(engine: Engine, words: str, milestones: tuple[str, ...]) -> _Counted:
    listed = ", ".join(map(literal, milestones))
    counts = one_row(
        engine,
        "SELECT count(*), count(*) FILTER (reached_at < created_at) FROM milestones "
        f"JOIN leads USING (lead_id) WHERE milestone IN ({listed})",
    )
    return _Counted(words, *counts)


def _never_looked_at(
    engine: Engine, outcome: OutcomeConfig
) -> tuple[int, tuple[str, ...]]:
    """Leads with an ending before their creation: how many, and up to three."""
    listed = ", ".join(literal(m) for _, ms in _endings(outcome) for m in ms)
    count, leads = one_row(
        engine,
        "SELECT count(*), list(lead_id ORDER BY lead_id)[:3] FROM (SELECT DISTINCT "
        "lead_id FROM milestones JOIN leads USING (lead_id) "
        f"WHERE milestone IN ({listed}) AND reached_at < created_at)",
    )
    return int(count), tuple(leads or ())
