"""The ladder of depths: which rung the data can bear.

Every rung is fitted on what was known before each rolling-origin fold and judged on the
fold, after every round. Of the rungs within one standard error of the best, the
shallowest is taken: the simplest that the data allow is also the most transparent. The
lowest rung has no trees at all, and gives everybody the rate: where nothing is better
than that, nothing was learnt, and the scorer does not pretend otherwise.

The cutoff halves of the folds take part in this choice of two numbers, and in nothing
else before the cutoffs are set.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from ..calibrating.rehearsal import standard_error
from ..evidence import group_codes
from ..points import Floats
from .conversion import Learnable, Recipe
from .rounds import Course, fold_weights, run_course
from .splits import Fold


@dataclass(frozen=True)
class Rung:
    """One depth at its best number of rounds, and what it was worth.

    Attributes
    ----------
    depth, rounds : int
        The rounds that were best over all folds together.
    loss : float
        Mean log loss over the folds, after the best intercept in each; later folds
        weigh more.
    excess, standard_error : float
        Over the best rung's loss, paired, with the error reckoned by group.
    """

    depth: int
    rounds: int
    loss: float
    excess: float
    standard_error: float


@dataclass(frozen=True, eq=False)
class Ladder:
    """The rung that was chosen, the others, and how the chosen one ran.

    Attributes
    ----------
    rungs : tuple of Rung
    chosen : Rung
    course : Course
        Of the rung that was chosen.
    """

    rungs: tuple[Rung, ...]
    chosen: Rung
    course: Course


def climb(
    rows: Learnable,
    folds: Sequence[Fold],
    recipe: Recipe,
    *,
    depths: tuple[int, ...],
    progress: Callable[[str], None] = lambda _: None,
) -> Ladder:
    """Climb the ladder and choose a rung.

    The climb ends early where two rungs in a row are worse than the best by more than
    one standard error: deeper ones have not been seen to come back.

    Parameters
    ----------
    rows : Learnable
        Every labelled snapshot; only the folds' rows are touched.
    folds : sequence of Fold
        From old to new.
    depths : tuple of int
        From shallow to deep; 0 is the constant.
    progress : callable
        Told each fit in words.
    """
    courses: list[Course] = []
    rungs: tuple[Rung, ...] = ()
    for depth in depths:

        def say(what: str, depth: int = depth) -> None:
            progress(f"depth {depth}, {what}")

        courses.append(run_course(rows, folds, recipe, depth=depth, progress=say))
        rungs = _rungs(rows, folds, depths, courses)
        if len(rungs) > 2 and all(r.excess > r.standard_error for r in rungs[-2:]):
            break
    place = next(i for i, r in enumerate(rungs) if r.excess <= r.standard_error)
    return Ladder(rungs, rungs[place], courses[place])


def cost_of_directions(
    rows: Learnable, folds: Sequence[Fold], recipe: Recipe, ladder: Ladder
) -> tuple[float, float] | None:
    """What holding signals to their declared directions costs.

    Returns
    -------
    tuple of float, or None
        Log loss with directions less that without, on the chosen rung, and the
        standard error of the difference; None where no column has a direction.
    """
    if not any(rows.directions):
        return None
    free = replace(rows, directions=())
    course = run_course(free, folds, recipe, depth=ladder.chosen.depth)
    return paired(ladder.course.losses - course.losses, rows, folds)


def paired(
    difference: Floats, rows: Learnable, folds: Sequence[Fold]
) -> tuple[float, float]:
    """Mean of a difference over the folds' judged rows, and its standard error.

    Parameters
    ----------
    difference : ndarray of shape (n_judged,)
        In the order of the folds.
    """
    weight = fold_weights(folds)
    judged = np.concatenate([fold.judged for fold in folds])
    group = group_codes(rows.group[judged], len(judged))
    mean = float(np.average(difference, weights=weight))
    return mean, standard_error(difference, weight, group)


def _rungs(
    rows: Learnable,
    folds: Sequence[Fold],
    depths: tuple[int, ...],
    courses: list[Course],
) -> tuple[Rung, ...]:
    weight = fold_weights(folds)
    mean = [float(np.average(c.losses, weights=weight)) for c in courses]
    best = courses[int(np.argmin(mean))]
    rungs = []
    for depth, course, loss in zip(depths, courses, mean, strict=False):
        excess, error = paired(course.losses - best.losses, rows, folds)
        rungs.append(Rung(depth, course.rounds, loss, excess, error))
    return tuple(rungs)
