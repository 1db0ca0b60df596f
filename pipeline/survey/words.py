"""How steady the reasons are, in sentences.

They speak of the test block, which is the newest only where leads have an order in
time: of a flat export without one it is drawn at random.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from models.surveying.stability import Agreement, Seeds


def said_of(seeds: Seeds | None, later: Agreement | None) -> Iterator[str]:
    """Say how far reasons hang on seeds, and on which rows the booster learnt from.

    Parameters
    ----------
    seeds : Seeds or None
        None where the scorer is not known to be the mean of several.
    later : Agreement or None
        Between the served booster and the one that had not seen the test block; None
        where they are the same.
    """
    if seeds is None:
        yield (
            "Other seeds: not measured, as the scorer in use is not known to be the "
            "mean of several boosters (train.members)."
        )
    else:
        yield (
            f"Other seeds: of the {seeds.members} boosters whose mean is served, any "
            f"two taken alone {_agree(seeds.alone)} The points of such a signal differ "
            f"by ±{seeds.deviation_points:.1f} from one booster to the next, and those "
            f"of the mean by ±{seeds.averaged_points:.1f}."
        )
    if later is None:
        yield "Other rows: not measured, as the judged booster is the one in use."
    else:
        yield (
            "Other rows: the booster in use and the one that had not seen the test "
            f"block {_agree(later)} The points of such a signal differ by "
            f"{later.difference_points:.1f} on average."
        )


def stability_line(told: Mapping[str, Any]) -> str:
    """Say it in half a sentence, for the run's summary.

    Parameters
    ----------
    told : mapping
        What stability.json holds.

    Examples
    --------
    >>> later = {"shared": 3.5, "first_changes": 0.11}
    >>> stability_line({"seeds": None, "later": later})
    'of the four strongest signals of a lead 3.5 shared with the booster that had not
    seen the test block (the first differs for 11%)'
    """
    parts = []
    if later := told["later"]:
        parts.append(_short(later, "with the booster that had not seen the test block"))
    if seeds := told["seeds"]:
        parts.append(_short(seeds["alone"], "between single boosters of other seeds"))
    if not parts:
        return "how steady reasons are was not measured: no two boosters to compare"
    return f"of the four strongest signals of a lead {', '.join(parts)}"


def _short(found: Mapping[str, float], among: str) -> str:
    return (
        f"{found['shared']:.1f} shared {among} (the first differs for "
        f"{found['first_changes']:.0%})"
    )


def _agree(found: Agreement) -> str:
    return (
        f"agree on {found.shared:.1f} of a lead's four strongest signals (Jaccard "
        f"{found.jaccard:.2f}); {found.same_sign:.0%} of those named by either raise "
        "with both or lower with both, and the very strongest differs for "
        f"{found.first_changes:.0%} of the leads."
    )
