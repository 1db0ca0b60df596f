"""A check of how often the test block has been looked at."""

from __future__ import annotations

from .case import Case
from .check import Verdict, check, passed, skipped, tip

# Ten looks at figures that wobble by chance, the best kept, flatter by 1.5 standard
# errors: the expected greatest of ten normal draws.
_MANY = 10


@check("LL305", "A test block that was looked at again and again")
def looks(case: Case) -> Verdict:
    """How many runs have been judged on the same test block.

    Whoever looks, changes something, looks again and keeps the best has chosen on the
    test block, and its figures flatter: by one and a half standard errors after ten
    looks, by two after thirty. Choose on the ladder's figures, which are from before
    the block; or wait for outcomes that nobody has seen, which make a new block. The
    runs are named in looks.json, beside the run folders.
    """
    counted = case.quality.get("looks")
    if counted is None:
        return skipped("The run does not say how often its test block was looked at.")
    figures = {"looks": int(counted)}
    if counted < _MANY:
        times = "once" if counted == 1 else f"by {counted} runs"
        return passed(f"The test block has been looked at {times}.", figures)
    return tip(
        f"{counted} runs have been judged on this test block. If the best of them is "
        "kept, its figures flatter: wait for newer outcomes before trusting them to "
        "the last digit.",
        figures,
    )
