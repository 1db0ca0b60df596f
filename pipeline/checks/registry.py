"""Every check there is, and the run of all of them."""

from __future__ import annotations

import difflib
from pathlib import Path
from typing import Any

from features.errors import ConfigError

from ..sections import Config
from ..stage import Say
from . import (
    clocks,
    columns,
    copies,
    data,
    days,
    deadlines,
    declarations,
    endings,
    ids,
    looks,
    namesakes,
    null_tokens,
    orphans,
    outcomes,
    overwritten,
    reading,
    removal,
    repeats,
    replay,
    scorer,
    served,
    shift,
    skill,
    unreadable,
    weeks,
)
from .case import Case
from .check import Answer, Check, Finding, Verdict, declared

CHECKS: tuple[Check, ...] = declared(
    data,
    orphans,
    clocks,
    endings,
    deadlines,
    days,
    copies,
    declarations,
    repeats,
    overwritten,
    outcomes,
    ids,
    null_tokens,
    weeks,
    reading,
    unreadable,
    replay,
    columns,
    removal,
    namesakes,
    shift,
    scorer,
    skill,
    served,
    looks,
)


def run_checks(
    config: Config,
    folder: Path,
    *,
    ignored: tuple[str, ...] = (),
    say: Say = lambda _: None,
) -> list[Finding]:
    """Look at a finished or half-finished run with every check.

    Parameters
    ----------
    config : Config
        The run's configuration.
    folder : Path
        The run folder.
    ignored : tuple of str
        Codes not to look at.
    say : callable
        Told which check is looking.

    Returns
    -------
    list of Finding
        One for each check, in the order of the codes.

    Raises
    ------
    ConfigError
        When an ignored code is none.
    """
    for code in ignored:
        _checked(code)
    findings = []
    with Case(config, folder) as case:
        for c in CHECKS:
            if c.code in ignored:
                verdict = Verdict(Answer.IGNORED, "It was asked not to look at this.")
                findings.append(c.says(verdict))
                continue
            say(f"{c.code} {c.title}")
            findings.append(c.finding(case))
    return findings


def explanation(code: str) -> str:
    """What a check looks at, why, and what to do about it.

    Raises
    ------
    ConfigError
        When there is no such check.
    """
    found = _checked(code)
    return f"{found.code} {found.title}\n\n{found.explanation}"


def report_of(findings: list[Finding]) -> dict[str, Any]:
    """Return findings as the artefact ``checks.json`` holds them."""
    counts = {a.value: sum(f.answer is a for f in findings) for a in Answer}
    return {"counts": counts, "findings": [f.to_dict() for f in findings]}


def _checked(code: str) -> Check:
    codes = {c.code: c for c in CHECKS}
    if code not in codes:
        near = difflib.get_close_matches(code, codes, n=1)
        meant = f" Is {near[0]} meant?" if near else ""
        raise ConfigError(
            f"There is no check {code!r}; the codes are {', '.join(codes)}.{meant}"
        )
    return codes[code]
