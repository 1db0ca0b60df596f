"""What stands against a scorer: the checks by which its promotion would be refused.

Why whoever scores is told: a scorer without skill writes a table that looks like any.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from models.judging.skill import WORDS
from models.promoting.gates import repeats_check

from .artefacts import CHECKS

LEARNT_A_LEAK = "leak"  # LL304's verdict where a column tells the past alone
_VERDICTS = {**WORDS, LEARNT_A_LEAK: "it has learnt a leak"}


def stands_against(folder: Path) -> str:
    """What stands against the scorer of a run folder, in a sentence.

    Returns
    -------
    str
        Empty where nothing does, or where the run has not been checked.
    """
    path = folder / CHECKS.file
    return against(CHECKS.read(path)["findings"]) if path.exists() else ""


def against(findings: list[dict[str, Any]]) -> str:
    """The same of findings as ``checks.json`` holds them.

    Examples
    --------
    >>> leak = {"code": "LL203", "title": "One column that tells the outcome alone"}
    >>> skill = {"code": "LL304", "title": "Skill", "figures": {"verdict": "none"}}
    >>> against([{"answer": "issue", "figures": {}, **told} for told in (leak, skill)])
    'Against the scorer of these scores stands what stops a promotion: one column that \
tells the outcome alone (LL203), there is no skill (LL304).'
    >>> against([{"answer": "passed", **skill}])
    ''
    """
    told = [
        f"{_words(found)} ({found['code']})"
        for found in findings
        if found["answer"] == "issue" and repeats_check(found["code"])
    ]
    if not told:
        return ""
    listed = ", ".join(told)
    return (
        f"Against the scorer of these scores stands what stops a promotion: {listed}."
    )


def verdict_words(figures: Mapping[str, Any]) -> str:
    """A verdict on the skill in words, from the figures of LL304; else empty.

    Examples
    --------
    >>> verdict_words({"verdict": "not shown"}), verdict_words({"auc": 0.7})
    ('no skill is shown', '')
    """
    return _VERDICTS.get(str(figures.get("verdict")), "")


def _words(found: Mapping[str, Any]) -> str:
    """LL304's verdict in words; else the check's title, within a sentence."""
    title = str(found["title"])
    return verdict_words(found["figures"]) or f"{title[:1].lower()}{title[1:]}"
