"""What would it take: the least change, of those that are allowed, that qualifies.

The score is a step function of what is seen: it changes at the booster's own thresholds
and nowhere else. So an allowed signal is tried just beyond each threshold within its
range, and touches one by one; every answer is a lead that was scored, not a slope that
was followed. Single changes come first; two together are tried where no single one is
enough. Nobody reads a third.

Why an answer has to pass its cutoff by a point: so that the score that is shown lies
above the cutoff that is shown, however both are rounded. Why by no more: standing has a
hysteresis, so that a lead that got there does not fall back at once.

Why the least change is reckoned in shares of a signal's range: one more page visit of
the two hundred that some leads made is a smaller step than one more demo request of
three. A category that becomes another counts as the whole range.

The answers are what the scorer would say of such a lead. That is associated with
conversions in the past; nobody has tried whether bringing it about brings them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Final

import numpy as np

from ..points import MIDDLE_POINTS, POINTS_PER_LOG_ODDS, Floats, log_odds_of
from ..treeshap.kernel import margins_block
from ..treeshap.trees import Trees
from ..wording import Wording
from .actions import Action, go_together
from .steps import Step, steps_of

PAST_CUTOFF_POINTS: Final = 1.0
_SAME_POINTS: Final = 1e-9  # a cutoff is often a lead's own chance, but for rounding
MOST_ANSWERS: Final = 3  # for each cutoff
NOTE: Final = (
    "What the scorer would say of such a lead: associated with conversions, which is "
    "not to say that it causes them. What else a touch would bring along (its value, "
    "its channel, its hour) is left as it is."
)

_MOST_PAIRS: Final = 5_000  # rows: some tenth of a second with 300 trees
_BLOCK_ROWS: Final = 512
_ZERO: Final = float(np.float32(1e-35))  # what is not larger is zero to LightGBM


@dataclass(frozen=True, eq=False)
class Answer:
    """A change that is enough.

    Attributes
    ----------
    steps : tuple of Step
        One or two, to be made together.
    points : float
        Of the lead, when they are made.
    cost : float
        In shares of the signals' ranges, added up.
    encoded : ndarray of shape (n_features,)
        The lead, when they are made.
    said : str
    """

    steps: tuple[Step, ...]
    points: float
    cost: float
    encoded: Floats
    said: str


@dataclass(frozen=True, eq=False)
class Reach:
    """What it would take to reach one cutoff.

    Attributes
    ----------
    cutoff : str
        ``mql`` or ``sql``.
    cutoff_points, points : float
        Of the cutoff, and of the lead as it is.
    is_reached : bool
        Whether the lead is there already.
    answers : tuple of Answer
        At most three, the least change first.
    best_points : float
        The most that any change reached that was tried.
    said : str
        In a sentence, if there are no answers; else empty.
    """

    cutoff: str
    cutoff_points: float
    points: float
    is_reached: bool
    answers: tuple[Answer, ...]
    best_points: float
    said: str


@dataclass(frozen=True, eq=False)
class _Tried:
    """Changes that were tried, with their points."""

    steps: list[tuple[Step, ...]]
    encoded: list[Floats]
    points: Floats
    is_whole: bool = True  # whether all were tried that there are


def reach(encoded: Floats, trees: Trees, wording: Wording) -> tuple[Reach, ...]:
    """Find the least allowed change by which a lead would reach each cutoff.

    Parameters
    ----------
    encoded : ndarray of shape (n_features,)
        The lead, as encoded for the booster.
    trees : Trees
        Of the booster.
    wording : Wording
        With the cutoffs, the scale and the actions that are allowed.

    Returns
    -------
    tuple of Reach
        One for each cutoff that is set, in the order of the wording.
    """
    row = np.asarray(encoded, np.float64)
    now = _points(trees, [row], wording)[0]
    singles = _singles(row, trees, wording)
    pairs: _Tried | None = None
    found = []
    for name, threshold in wording.thresholds.items():
        if threshold is None:
            continue
        needed = _points_at(threshold, wording)
        is_reached = bool(now >= needed - _SAME_POINTS)
        answers: tuple[Answer, ...] = ()
        if not is_reached:
            answers = _answers(singles, name, needed)
            if not answers:
                pairs = pairs or _pairs(row, singles, trees, wording)
                answers = _answers(pairs, name, needed)
        found.append(
            _told(name, needed, float(now), is_reached, answers, (singles, pairs))
        )
    return tuple(found)


def margins_of(trees: Trees, rows: Floats) -> Floats:
    """Margins by the trees alone, in log-odds, of rows of shape (n, n_features)."""
    block = np.array(rows.T, np.float64, order="C")
    block[np.abs(block) <= _ZERO] = 0.0
    margins = np.zeros(len(rows))
    for first in range(0, len(rows), _BLOCK_ROWS):
        part = slice(first, first + _BLOCK_ROWS)
        into = margins[part]
        margins_block(
            np.ascontiguousarray(block[:, part]), trees.splits, trees.leaves, into
        )
    return margins


def _points(trees: Trees, rows: Sequence[Floats], wording: Wording) -> Floats:
    return wording.scale.points(margins_of(trees, np.stack(rows)))


def _points_at(threshold: float, wording: Wording) -> float:
    above = float(log_odds_of([threshold])[0]) - wording.scale.reference
    return MIDDLE_POINTS + POINTS_PER_LOG_ODDS * above


def _singles(row: Floats, trees: Trees, wording: Wording) -> _Tried:
    made = [step for a in wording.actions for step in steps_of(a, row, trees, wording)]
    rows = [s.onto(row) for s in made]
    kept = [(s, r) for s, r in zip(made, rows, strict=True) if r is not None]
    return _scored([((s,), r) for s, r in kept], trees, wording)


def _pairs(row: Floats, singles: _Tried, trees: Trees, wording: Wording) -> _Tried:
    """Two changes together, of different actions."""
    by_action, is_whole = _to_pair(singles, wording.actions)
    made: list[tuple[tuple[Step, ...], Floats]] = []
    for first, second in combinations(by_action, 2):
        for one in first if go_together(first[0].action, second[0].action) else ():
            changed = one.onto(row)
            if changed is None:
                continue
            for other in second:
                both = other.onto(changed)
                if both is not None:
                    made.append(((one, other), both))
    return _scored(made, trees, wording, is_whole=is_whole)


def _to_pair(
    singles: _Tried, actions: tuple[Action, ...]
) -> tuple[list[list[Step]], bool]:
    """The steps of each action that are paired, and whether these are all."""
    whole: list[list[Step]] = []
    best: list[float] = []
    for action in actions:
        mine = [i for i, s in enumerate(singles.steps) if s[0].action is action]
        if mine:
            whole.append([singles.steps[i][0] for i in mine])
            best.append(float(singles.points[mine].max()))
    if _n_pairs(whole) <= _MOST_PAIRS:
        return whole, True
    # The steps that reach more than any lesser one, of the most promising actions.
    thinned = [list(_records(singles, steps)) for steps in whole]
    order = sorted(range(len(thinned)), key=lambda i: -best[i])
    kept: list[int] = []
    for i in order:
        if _n_pairs([thinned[k] for k in [*kept, i]]) <= _MOST_PAIRS:
            kept.append(i)
    return [thinned[i] for i in sorted(kept)], False


def _records(singles: _Tried, steps: list[Step]) -> Iterator[Step]:
    points = {s[0]: p for s, p in zip(singles.steps, singles.points, strict=True)}
    most = -np.inf
    for step in sorted(steps, key=lambda s: s.cost):
        if points[step] > most:
            most = points[step]
            yield step


def _n_pairs(by_action: Iterable[Sequence[Step]]) -> int:
    sizes = [len(steps) for steps in by_action]
    return (sum(sizes) ** 2 - sum(n * n for n in sizes)) // 2


def _scored(
    made: list[tuple[tuple[Step, ...], Floats]],
    trees: Trees,
    wording: Wording,
    *,
    is_whole: bool = True,
) -> _Tried:
    rows = [r for _, r in made]
    points = _points(trees, rows, wording) if rows else np.empty(0)
    return _Tried([s for s, _ in made], rows, points, is_whole)


def _answers(tried: _Tried, cutoff: str, needed: float) -> tuple[Answer, ...]:
    """The least change of each set of actions that is enough, the least first."""
    least: dict[tuple[int, ...], Answer] = {}
    for i in np.flatnonzero(tried.points >= needed + PAST_CUTOFF_POINTS).tolist():
        steps, points = tried.steps[i], float(tried.points[i])
        who = tuple(id(s.action) for s in steps)
        cost = sum(s.cost for s in steps)
        if who not in least or cost < least[who].cost:
            said = (
                f"{' and '.join(s.words for s in steps)}: {points:.0f} points "
                f"({cutoff.upper()} from {needed:.0f})"
            )
            least[who] = Answer(steps, points, cost, tried.encoded[i], said)
    return tuple(sorted(least.values(), key=lambda a: a.cost)[:MOST_ANSWERS])


def _told(
    cutoff: str,
    needed: float,
    now: float,
    is_reached: bool,
    answers: tuple[Answer, ...],
    tried: tuple[_Tried, _Tried | None],
) -> Reach:
    singles, pairs = tried
    of = [now, *singles.points, *([] if pairs is None else pairs.points)]
    best = float(max(of))
    said = ""
    if is_reached:
        said = f"{now:.0f} points: {cutoff.upper()} already (from {needed:.0f})."
    elif not answers:
        said = _not_enough(cutoff, needed, best, singles, pairs)
    return Reach(cutoff, needed, now, is_reached, answers, best, said)


def _not_enough(
    cutoff: str, needed: float, best: float, singles: _Tried, pairs: _Tried | None
) -> str:
    if not singles.steps:
        return f"Nothing that may change leads to {cutoff.upper()}: see [actions]."
    two = ""
    if pairs is not None and pairs.steps:
        two = ", nor any two together," if pairs.is_whole else ", nor two together,"
    if best >= needed - _SAME_POINTS:
        return (
            f"No single allowed change{two} leads to {cutoff.upper()} with a point to "
            f"spare: the best reach {best:.1f}, and it is from {needed:.1f}."
        )
    return (
        f"No single allowed change{two} is enough for {cutoff.upper()}: the best reach "
        f"{best:.0f} of {needed:.0f} points."
    )
