"""Sentences about one lead that the terminal, the page and the picture share."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from models.explaining.reasons import LEAST_POINTS, Topic
from models.points import (
    HIGHEST_SCORE,
    MIDDLE_POINTS,
    POINTS_PER_LOG_ODDS,
    log_odds_of,
    probability_of,
)
from models.stand_ins import stands_in
from models.wording import Wording

from .found import Why
from .inert import inert, inert_long
from .lines import TRAINING, Line
from .row import PLAYERS

QUALIFIED = {
    "none": "not qualified", "mql": "marketing-qualified", "sql": "sales-qualified",
}  # fmt: skip
_MOST_TOPICS = 6


def title(found: Why) -> str:
    """Say whose score it is, and what it comes to."""
    values = found.output
    return (
        f"Lead {inert(values['lead_id'])}: score {values['score']}, "
        f"{qualified(values['qualification'])}, grade {inert(values['grade'])}"
    )


def chance(found: Why) -> str:
    """Say the chance, of what, within which time, and as known when."""
    return f"{chance_alone(found)}, {known_when(found)}"


def chance_alone(found: Why) -> str:
    """Say the chance, of what, and within which time."""
    conversion = inert(found.wording.conversion)
    return f"{found.output['probability']:.1%} chance of {conversion}{found.within}"


def known_when(found: Why) -> str:
    """Say up to when the lead was looked at."""
    at = found.output["snapshot_at"]
    if at is None:
        return "by the time of the export"
    return f"as known before {at:%Y-%m-%d %H:%M} UTC"


def remarks(found: Why) -> list[str]:
    """Say what else belongs beside the score: standing, status, how it was reckoned."""
    said = [
        standing(found),
        status_told(found),
        stands_in(found.wording.scorer),
        _method(found.output),
    ]
    return [s for s in said if s]


def standing(found: Why) -> str:
    """Say what people have seen the lead stand for, if that is to be told.

    Where tonight was compared with no earlier scores, every standing dates from
    tonight: since when a lead has stood so is not known, and not said.
    """
    values = found.output
    word, since = values.get("standing"), values.get("standing_since")
    at = values["snapshot_at"]
    if found.changes is None and since is not None and at is not None and since >= at:
        since = None
    if not word or (word == "none" and values["qualification"] == "none"):
        return ""
    zone = found.wording.zone
    dated = "" if since is None else f" since {since.astimezone(zone):%Y-%m-%d}"
    if word == values["qualification"]:
        return f"It has stood as {qualified(word)}{dated}." if dated else ""
    kept = (
        "a standing is kept until the points fall well below the cutoff"
        if word != "none"
        else "it may not stand for more"
    )
    return f"It stands as {qualified(word)}{dated}: {kept}."


def status_told(found: Why) -> str:
    """Say the status and its sentence; empty for a lead that is plainly scored."""
    values = found.output
    if not values["status_said"]:
        return ""
    status = inert(values["status"]).replace("_", " ")
    return f"{status}: {inert_long(values['status_said'])}"


def start_words(found: Why) -> str:
    """Say what the start stands for."""
    reference = found.reference
    if reference.name == TRAINING:
        what = "points" if found.chances is None else "chance, in percent,"
        return (
            f"start: the {what} of a lead of which nothing is known (the average along "
            f"the {inert(reference.words)})"
        )
    what = "points" if found.chances is None else "chance, in percent, at the points"
    return f"start: the {what} of {reference_words(found)}, on average"


def reference_words(found: Why) -> str:
    """Name the reference, with its size where it has one."""
    words, size = inert(found.reference.words), found.reference.size
    return words if size is None else f"{size:,} {words}"


def total_words(found: Why) -> str:
    """Say what the points come to, and the clip where there is one."""
    score = found.output["score"]
    if found.chances is not None:
        return f"percent: the chance, shared out among the signals; a score of {score}"
    if not found.is_clipped:
        return f"points, which is a score of {score}"
    side = "above" if found.total > HIGHEST_SCORE else "below"
    end = HIGHEST_SCORE if found.total > HIGHEST_SCORE else 0
    return (
        f"points, which is a score of {score}: a score goes from 0 to "
        f"{HIGHEST_SCORE}, and what lies {side} {end} is clipped"
    )


def unit(found: Why) -> str:
    """Name what amounts are of."""
    return "points" if found.chances is None else "percent"


def others_words(lines: int) -> str:
    """Name the signals that are not among the reasons."""
    return "the one other signal" if lines == 1 else f"all {lines} other signals"


def told_topics(found: Why) -> tuple[Topic, ...]:
    """The topics of the other signals, where they say more than the sum does.

    The greatest six that would not be printed as nought, and all the rest as one.
    """
    topics = found.topics
    if len(topics) < 2 or abs(topics[0].points) < LEAST_POINTS:
        return ()
    worth = [t for t in topics if abs(t.points) >= LEAST_POINTS]
    shown, rest = topics[: min(len(worth), _MOST_TOPICS)], topics[len(worth) :]
    rest = (*worth[_MOST_TOPICS:], *rest)
    if len(rest) < 2:
        return topics
    points, signals = sum(t.points for t in rest), sum(t.signals for t in rest)
    return (*shown, Topic(f"{len(rest)} other topics", points, signals))


def topic_words(topic: Topic) -> str:
    """Name some of the other signals, and say how many they are.

    Examples
    --------
    >>> topic_words(Topic("Webinar", -0.4, 2))
    'Webinar (2 signals)'
    """
    signals = "one signal" if topic.signals == 1 else f"{topic.signals} signals"
    return f"{inert(topic.words)} ({signals})"


def evidence_of(found: Why, line: Line) -> list[str]:
    """Say what a reason rests on: past leads like that, and the touches behind it."""
    kinds = {k: inert(v) for k, v in found.kinds.items()}
    said = [inert_long(line.evidence), line.behind.said(kinds, found.wording.zone)]
    return [f"{s[:1].upper()}{s[1:]}." for s in said if s]


def foot(found: Why) -> list[str]:
    """Say the scale, the cutoffs, the reference, and which scorer said it."""
    values = found.output
    digest = f"; kept as {found.digest[:12]}…" if found.digest else ""
    return [
        f"50 points are a chance of {_middle(found.wording):.1%}; 10 more double the "
        "odds.",
        cutoffs_told(found),
        f"Scorer {inert(values['model_name'])} {inert(values['model_version'])} "
        f"({inert(values['model_digest'])}{digest}); {_shared(values)} "
        f"({reference_words(found)}).",
        *_not_as_published(found),
    ]


def cutoffs_told(found: Why) -> str:
    """Say from which chance on a lead is qualified."""
    cutoffs = [
        f"{name.upper()} from {threshold:.1%} "
        f"({points_at(threshold, found.wording):.0f} points) on"
        for name, threshold in found.wording.thresholds.items()
        if threshold is not None
    ]
    return "; ".join(cutoffs) + "." if cutoffs else "No cutoff is set."


def points_at(probability: float, wording: Wording) -> float:
    """Points of a chance."""
    above = float(log_odds_of([probability])[0]) - wording.scale.reference
    return MIDDLE_POINTS + POINTS_PER_LOG_ODDS * above


def qualified(word: str) -> str:
    """Say a qualification or a standing."""
    return QUALIFIED.get(word, inert(word))


def plain(value: Any) -> Any:
    """Return a value as JSON can hold it."""
    return value.isoformat() if isinstance(value, datetime) else value


def _not_as_published(found: Why) -> list[str]:
    """Where these are not the reasons that people saw that night."""
    if found.reference.name == TRAINING:
        return []
    published = inert(found.wording.reference)
    return [
        f"The reasons that were published were held against the {published}: the "
        "points are the same, shared out otherwise."
    ]


def _middle(wording: Wording) -> float:
    return float(probability_of([wording.scale.reference])[0])


def _shared(values: dict[str, Any]) -> str:
    told = {
        PLAYERS: "signals share the points by their exact Shapley values",
        "columns_summed": "signals share the points by the Shapley values of columns",
    }
    return told.get(values.get("reasons_method") or PLAYERS, "signals share the points")


def _method(values: dict[str, Any]) -> str:
    method = values.get("reasons_method") or PLAYERS
    if method == PLAYERS:
        return ""
    if method == "columns_summed":
        return (
            "The points of a signal are the sum of its columns' own here: this booster "
            "could not be explained by signals as a whole."
        )
    return f"The points were shared in another way than usual: {inert(method)}."
