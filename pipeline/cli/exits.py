"""Exit codes: how a command ended, for whoever started it from a script.

Why an enumeration: a job that is left alone acts on the number, so that each may mean
but one thing, whichever command it comes from.
"""

from __future__ import annotations

from enum import IntEnum


class ExitCode(IntEnum):
    """How a command ended; each with its words in :data:`MEANINGS`."""

    DONE = 0
    MENDABLE = 1
    USAGE = 2
    HELD_BACK = 3
    ISSUES_STAND = 4
    INTERRUPTED = 130
    TERMINATED = 143


MEANINGS = {
    ExitCode.DONE: "done",
    ExitCode.MENDABLE: "stopped by what you can mend, as one sentence says",
    ExitCode.USAGE: "the command line is not as --help says",
    ExitCode.HELD_BACK: "scored, and held back by a guard: nothing was published",
    ExitCode.ISSUES_STAND: "issues stand: of a check, or in the way of a promotion",
    ExitCode.INTERRUPTED: "interrupted, by Ctrl-C",
    ExitCode.TERMINATED: "ended from outside, by SIGTERM",
}


def listed() -> str:
    """Return every code with its meaning, for ``--help``.

    Examples
    --------
    >>> listed().split("; ")[0]
    'Exit codes: 0 done'
    """
    return "Exit codes: " + "; ".join(f"{c.value} {m}" for c, m in MEANINGS.items())
