"""The metrics: figures of a run, under the names by which MLflow keeps them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ..artefacts import QUALITY


def metrics_of(figures: dict[str, Any], of: str) -> dict[str, float]:
    """Figures with the ends of their intervals, each under a name of its own.

    Parameters
    ----------
    figures : dict
        By name, each with ``value``, ``low`` and ``high``; what is None is left out,
        and so is what is no figure.
    of : str
        What they are figures of: how their names begin.

    Examples
    --------
    >>> metrics_of({"auc": {"value": 0.8, "low": 0.7, "high": None}, "rows": 9}, "test")
    {'test_auc': 0.8, 'test_auc_low': 0.7}
    """
    metrics = {}
    for name, figure in figures.items():
        if isinstance(figure, dict) and figure.get("value") is not None:
            for part in ("value", "low", "high"):
                if figure.get(part) is not None:
                    key = name if part == "value" else f"{name}_{part}"
                    metrics[f"{of}_{key}"] = float(figure[part])
    return metrics


def beyond(folder: Path) -> dict[str, float]:
    """Figures of groups never seen, and how often the test block was looked at."""
    path = folder / QUALITY.file
    quality = QUALITY.read(path) if path.exists() else {}
    unseen = quality.get("unseen_groups", {}).get("figures") or {}
    looks = {"looks": float(quality["looks"])} if "looks" in quality else {}
    return metrics_of(unseen, "unseen_groups") | looks
