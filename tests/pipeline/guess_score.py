"""How much of a configuration `init` got right, asked about, or got wrong."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pipeline.guess import write_guess


@dataclass
class Score:
    """Facts of a configuration, by what became of them.

    A fact is right where the guess says the same. It is asked where the guess leaves
    it open, or where a printed question names the right answer. All else is wrong.
    """

    right: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def __add__(self, other: Score) -> Score:
        return Score(
            self.right + other.right, self.asked + other.asked, self.wrong + other.wrong
        )

    @property
    def shares(self) -> tuple[float, float, float]:
        """Right, asked and wrong of all facts."""
        facts = len(self.right) + len(self.asked) + len(self.wrong)
        return (
            len(self.right) / facts,
            len(self.asked) / facts,
            len(self.wrong) / facts,
        )

    def told(self) -> list[str]:
        """The counts, and every fact that is not right."""
        counts = f"{len(self.right)} right, {len(self.asked)} asked, "
        return [
            f"{counts}{len(self.wrong)} wrong",
            *(f"asked {each}" for each in self.asked),
            *(f"wrong {each}" for each in self.wrong),
        ]


def guess_score(files: list[Path], out: Path, known: Mapping[str, Any]) -> Score:
    """Guess a configuration, and hold it against what is known."""
    printed = "\n".join(write_guess(files, out))
    questions = printed.split("To ask someone who knows")[-1]
    raw = tomllib.loads(out.read_text(encoding="utf-8"))
    guessed = facts_of(raw)
    score = Score()
    for key, right in _apart(known).items():
        found = guessed.pop(key, None)
        told = f"{key}: {found!r}, not {right!r}"
        if found == right:
            score.right.append(key)
        elif found == "?" or _is_named(_answer(key, right), questions):
            score.asked.append(told)
        else:
            score.wrong.append(told)
    more = (k for k in guessed if k.startswith(("used.", "touches.", "milestones.")))
    for key in more:
        name = key.removeprefix("used.")
        is_asked = key.startswith("used.") and name in questions
        (score.asked if is_asked else score.wrong).append(f"{key}: too much")
    return score


def facts_of(raw: Mapping[str, Any]) -> dict[str, Any]:
    """The facts that a configuration states, one by one."""
    leads = raw["leads"]
    told: dict[str, Any] = {
        f"leads.{k}": _file(v) if k == "from" else v
        for k, v in leads.items()
        if k in {"from", "lead_id", "account_id", "created_at", "order_by", "format",
                 "delimiter", "encoding"}
    }  # fmt: skip
    told |= {f"used.{name}": True for name in leads.get("known_at_creation", ())}
    accounts = raw.get("accounts", {})
    told |= {
        f"accounts.{k}": _file(accounts[k]) if k == "from" else accounts[k]
        for k in ("from", "account_id", "known_from")
        if k in accounts
    }
    wide: dict[str, str] = {}
    for section in ("touches", "milestones"):
        for table in raw.get(section, ()):
            place = f"{section}.{_file(table['from'])}"
            columns = table.get("columns", {})
            wide |= columns
            if columns:
                told[f"{place}.columns"] = tuple(sorted(columns.values()))
            told |= {
                f"{place}.{k}": table[k]
                for k in ("lead_id", "account_id", "kind", "milestone", "occurred_at",
                          "reached_at", "recorded_at", "channel")
                if k in table
            }  # fmt: skip
    outcome = raw["outcome"]
    for key in ("conversion", "column", "positive"):
        if key in outcome:
            told[f"outcome.{key}"] = wide.get(outcome[key], outcome[key])
    for key in ("closed_by", "negative", "undecided"):
        if key in outcome:
            told[f"outcome.{key}"] = tuple(sorted(wide.get(v, v) for v in outcome[key]))
    told["snapshots.rule"] = raw["snapshots"]["rule"]
    told |= {
        f"means.{k}": v["means"]
        for k, v in raw.get("attributes", {}).items()
        if "means" in v and v["means"] not in {"number", "category"}  # meant unasked
    }
    funnel = raw.get("funnel", {})
    told |= {
        f"funnel.{kind}": "?" if stage == "other" else stage
        for stage in ("top", "middle", "bottom", "negative", "other")
        for kind in funnel.get(stage, ())
    }
    return told


def _apart(known: Mapping[str, Any]) -> dict[str, Any]:
    told: dict[str, Any] = {}
    for key, value in known.items():
        if key == "used":
            told |= {f"used.{name}": True for name in value}
        else:
            told[key] = tuple(sorted(value)) if isinstance(value, tuple) else value
    return told


def _file(value: Any) -> Any:
    """The name of a file."""
    return Path(value).name if isinstance(value, str) and "/" in value else value


def _answer(key: str, right: Any) -> Any:
    """What a question has to name: of an attribute, the attribute."""
    return key.removeprefix("used.") if key.startswith("used.") else right


def _is_named(right: Any, questions: str) -> bool:
    if isinstance(right, tuple):
        return all(_is_named(r, questions) for r in right)
    return isinstance(right, str) and right in questions
