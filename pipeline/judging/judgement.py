"""Judgement: what the newest block, which nobody had seen, says of a scorer.

Every function takes predicted rows, one per snapshot, with ``row``, ``lead_id``,
``group_id``, ``snapshot_at``, ``outcome`` and ``probability``, and gives what an
artefact holds. The figures themselves are reckoned in the models room.

Why groups never seen are judged by themselves, too: a group that was learnt from may
recur in the test block, as it will in use. What the scorer knows of it by heart does
not help it with a new one.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd

from features.catalogue import slug
from features.errors import ConfigError, few
from features.vocabulary import DAY_US, Split
from models.calibrating.calibration import Calibrator
from models.evidence import Evidence
from models.judging.breakdowns import gains_table, reliability_table, segment_table
from models.judging.consequences import Nights, consequences, regret
from models.judging.intervals import Figure
from models.judging.quality import judge, log_losses
from models.qualifying.cutoffs import Cutoff, Cutoffs
from models.qualifying.rules import ValueRule

from ..sections import Config, CutoffConfig

FEWEST: Final = 20  # conversions; figures of fewer would mislead
MONTH: Final = "snapshot_month"  # the segments that dated data always have
# Of rows whose outcomes were known when the test block began: not of the embargo's.
KNOWN: Final = (Split.TRAIN, Split.CALIBRATE, Split.CUTOFF)


@dataclass(frozen=True, eq=False)
class Judgement:
    """What the test block says of a scorer.

    Attributes
    ----------
    quality : dict
        Figures and tables by name, for JSON.
    consequences : DataFrame
        One row per candidate cutoff, as of ``models.judging.consequences``.
    on_test : dict
        What each chosen cutoff did, by its name.
    """

    quality: dict[str, Any]
    consequences: pd.DataFrame
    on_test: dict[str, Any]


def judgement_of(
    config: Config, predicted: pd.DataFrame, features: pd.DataFrame, cutoffs: Cutoffs
) -> Judgement:
    """Judge a scorer and its cutoffs on the test block.

    Parameters
    ----------
    predicted : DataFrame
        Every labelled snapshot, with its ``split`` beside the columns named above.
    features : DataFrame
        By ``row``; segments are columns of it.
    cutoffs : Cutoffs
        The scorer's own.
    """
    test = _plain(predicted.loc[predicted["split"] == Split.TEST])
    known = predicted.loc[predicted["split"].isin(KNOWN)]
    base_rate, seed = float(known["outcome"].mean()), config.train.seed
    table = consequence_table(test, cutoffs, config)
    quality = quality_of(test, base_rate, seed) | {
        "unseen_groups": unseen_of(test, known["group_id"], base_rate, seed),
        "consequences": table.to_dict("records"),
    }
    offset = Figure(**_or_nan(quality["test"]["intercept"]))
    quality["regret"] = regrets_of(config, test, cutoffs, offset)
    quality |= segments_of(config, features, test)
    return Judgement(quality, table, on_test(test, cutoffs, config))


def quality_of(test: pd.DataFrame, base_rate: float, seed: int) -> dict[str, Any]:
    """Figures of the test block, beside those of a constant rate known before it."""
    columns = test["probability"], test["outcome"], None, test["group_id"]
    judged = judge(*columns, base_rate=base_rate, seed=seed)
    constant = log_losses(np.full(len(test), base_rate), test["outcome"]).mean()
    return {
        "test": judged.to_dict(),
        "constant": {"log_loss": float(constant)},
        "reliability": reliability_table(*columns).to_dict("records"),
        "gains": gains_table(*columns).to_dict("records"),
    }


def unseen_of(
    test: pd.DataFrame, known: pd.Series, base_rate: float, seed: int
) -> dict[str, Any]:
    """Figures of the test rows whose group had not been learnt from.

    Parameters
    ----------
    known : Series
        The ``group_id`` of every row that was learnt from, calibrated or cut on.

    Returns
    -------
    dict
        ``figures`` as of the test block, None where fewer than 20 of the rows
        converted; and ``said``, a sentence.
    """
    rows = test.loc[~test["group_id"].isin(known)]
    conversions = int(rows["outcome"].sum())
    counted = (
        f"{len(rows):,} of {len(test):,} test snapshots are of groups never seen "
        f"before, and {conversions:,} of these converted"
    )
    if conversions < FEWEST:
        return {"figures": None, "said": f"{counted}: too few to be judged."}
    columns = rows["probability"], rows["outcome"], None, rows["group_id"]
    judged = judge(*columns, base_rate=base_rate, seed=seed)
    said = f"{counted}; on them the AUC is {judged.auc}."
    return {"figures": judged.to_dict(), "said": said}


def segments_of(
    config: Config, features: pd.DataFrame, test: pd.DataFrame
) -> dict[str, Any]:
    """What was said and what happened in each segment that is configured.

    Dated rows are also told by the month of their snapshot.

    Raises
    ------
    ConfigError
        When ``segments.columns`` names a column that is none.
    """
    columns = test["probability"], test["outcome"], None, test["group_id"]
    held = features.set_index("row").loc[test["row"]]
    parts = {}
    for name in config.segments.columns:
        column = slug(name)
        if column not in held:
            raise ConfigError(
                f"segments.columns names {name!r}, which is no column of the features. "
                "Known are those that `leadlight signals` lists, such as "
                f"{few(list(features.columns[3:]), 5)}."
            )
        parts[name] = held[column].astype("object").fillna("(missing)")
    if test["snapshot_at"].notna().all():
        parts[MONTH] = test["snapshot_at"].dt.strftime("%Y-%m")
    tables = {
        n: segment_table(*columns, p).to_dict("records") for n, p in parts.items()
    }
    return {"segments": tables}


def apart(
    rows: pd.DataFrame, judged: Calibrator, served: Calibrator
) -> dict[str, float]:
    """How far the served scorer's probabilities are from the judged one's."""
    test = rows.loc[rows["split"] == Split.TEST]
    ours = served.probability(test["served_margin"])
    gap = np.abs(ours - judged.probability(test["margin"]))
    return {
        "mean_difference": float(gap.mean()),
        "largest_difference": float(gap.max()),
    }


def on_test(test: pd.DataFrame, cutoffs: Cutoffs, config: Config) -> dict[str, Any]:
    """What each cutoff did on the block that nobody had seen."""
    return {
        cutoff.name: _table(test, [cutoff.threshold], config, _rule_of(config, cutoff))
        .iloc[0]
        .to_dict()
        for cutoff in (cutoffs.mql, cutoffs.sql)
        if cutoff.threshold is not None
    }


def consequence_table(
    test: pd.DataFrame, cutoffs: Cutoffs, config: Config
) -> pd.DataFrame:
    """What other cutoffs, and the chosen ones, would have done on the test block.

    Cost and value are those of SQL's rule if it is one by value, else of MQL's.
    """
    candidates = np.quantile(test["probability"], np.linspace(0.5, 0.99, 15)).tolist()
    both = (cutoffs.sql, cutoffs.mql)
    chosen = [c.threshold for c in both if c.threshold is not None]
    rules = [rule for c in both if (rule := _rule_of(config, c)) is not None]
    return _table(test, [*candidates, *chosen], config, rules[0] if rules else None)


def regrets_of(
    config: Config, test: pd.DataFrame, cutoffs: Cutoffs, offset: Figure
) -> dict[str, Any]:
    """What each cutoff by value loses, for every 1,000 snapshots, by miscalibration.

    Parameters
    ----------
    offset : Figure
        Log-odds by which probabilities were too low on the test block.
    """
    evidence = evidence_of(test, test["probability"].to_numpy())
    return {
        cutoff.name: regret(evidence, rule, offset).to_dict()
        for cutoff in (cutoffs.mql, cutoffs.sql)
        if (rule := _rule_of(config, cutoff)) is not None
    }


def evidence_of(rows: pd.DataFrame, probability: np.ndarray) -> Evidence:
    """Rows and their probabilities as the models room takes them."""
    return Evidence.of(
        probability,
        rows["outcome"],
        group_id=rows["group_id"],
        row_key=rows["row"],
    )


def _table(
    test: pd.DataFrame,
    thresholds: list[float],
    config: Config,
    rule: ValueRule | None,
) -> pd.DataFrame:
    """The consequences of thresholds; of standing too, where leads are met weekly."""
    evidence = evidence_of(test, test["probability"].to_numpy())
    nights = None
    if config.snapshots.rule == "weekly":
        at = test["snapshot_at"].dt.as_unit("us").astype("int64").to_numpy()
        nights = Nights(test["lead_id"], at, config.points.hysteresis)
    table = consequences(evidence, thresholds, rule=rule, nights=nights)
    return table.assign(leads_per_week=[_new_a_week(test, t) for t in table.threshold])


def _plain(rows: pd.DataFrame) -> pd.DataFrame:
    """The same rows with names as Python's own, which are gone through many times."""
    return rows.astype({"lead_id": object, "group_id": object})


def _rule_of(config: Config, cutoff: Cutoff) -> ValueRule | None:
    """The rule that made a cutoff, if it was one by value."""
    asked: CutoffConfig | None = getattr(config.cutoffs, cutoff.name)
    while asked is not None and cutoff.rule == "value":
        if asked.value is not None and asked.cost is not None:
            return ValueRule(asked.value, asked.cost)
        asked = asked.otherwise
    return None


def _or_nan(figure: dict[str, float | None]) -> dict[str, float]:
    return {k: math.nan if v is None else v for k, v in figure.items()}


def _new_a_week(test: pd.DataFrame, threshold: float) -> float:
    """Leads that first reach a threshold in a week of the block; NaN without dates."""
    if test["snapshot_at"].isna().any():
        return math.nan
    week = test["snapshot_at"].dt.as_unit("us").astype("int64") // (7 * DAY_US)
    reached = test.loc[test["probability"] >= threshold, "lead_id"]
    return float(reached.nunique() / week.nunique())
