"""What stands in for a model where there was too little data for one.

Why apart: a reviewer who opens one lead waits for it, and this loads nothing at all.
"""

from __future__ import annotations

from typing import Final

POINTS_TABLE: Final = "points_table"
SCORECARD: Final = "scorecard"
CONSTANT: Final = "constant"

WORDS: Final = {
    POINTS_TABLE: "the company's points table",
    SCORECARD: "a scorecard (logistic regression on bands)",
    CONSTANT: "one rate for everybody",
}


def stands_in(scorer: str) -> str:
    """Say that a scorer stands in for a model; empty for a booster.

    Examples
    --------
    >>> stands_in("points_table")
    "There was too little data for a model: this is the company's points table."
    >>> stands_in("booster")
    ''
    """
    if scorer not in WORDS:
        return ""
    return f"There was too little data for a model: this is {WORDS[scorer]}."
