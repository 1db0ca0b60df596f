"""Boosters written out by hand, in LightGBM's own words: every margin is known."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.points import Floats


@dataclass(frozen=True)
class Stump:
    """One split: ``below`` up to the threshold and where missing, ``above`` beyond."""

    column: int
    threshold: float
    below: float
    above: float

    def margin(self, values: Floats) -> Floats:
        """What it gives each row."""
        column = values[:, self.column]
        told: Floats = np.where(column > self.threshold, self.above, self.below)
        return told

    def text(self, number: int) -> str:
        """As LightGBM writes it; missing values go left."""
        return _tree(
            number,
            split_feature=f"{self.column}",
            threshold=f"{self.threshold}",
            decision_type="10",
            left_child="-1",
            right_child="-2",
            leaf_value=f"{self.below} {self.above}",
            leaf_count="10 10",
            internal_count="20",
        )


@dataclass(frozen=True)
class Both:
    """A tree that gives ``value`` where two columns are above a half, else nothing."""

    first: int
    second: int
    value: float

    def margin(self, values: Floats) -> Floats:
        """What it gives each row."""
        is_both = (values[:, self.first] > 0.5) & (values[:, self.second] > 0.5)
        return np.where(is_both, self.value, 0.0)

    def text(self, number: int) -> str:
        """As LightGBM writes it."""
        return _tree(
            number,
            split_feature=f"{self.first} {self.second}",
            threshold="0.5 0.5",
            decision_type="10 10",
            left_child="-1 -2",
            right_child="1 -3",
            leaf_value=f"0 0 {self.value}",
            leaf_count="20 10 10",
            internal_count="40 20",
        )


def booster_text(trees: list[Stump | Both], columns: int) -> str:
    """Return a booster's text."""
    told = [tree.text(n) for n, tree in enumerate(trees)]
    sizes = " ".join("1" for _ in told)
    head = (
        f"tree\nnum_tree_per_iteration=1\nmax_feature_idx={columns - 1}\n"
        f"tree_sizes={sizes}\n\n"
    )
    return head + "".join(told) + "end of trees\n"


def margin(trees: list[Stump | Both], values: Floats) -> Floats:
    """Return what all trees give each row."""
    total = np.zeros(len(values))
    for tree in trees:
        total = total + tree.margin(values)
    return total


def _tree(number: int, **told: str) -> str:
    leaves = len(told["leaf_value"].split())
    lines = "".join(f"{name}={value}\n" for name, value in told.items())
    return f"Tree={number}\nnum_leaves={leaves}\n{lines}\n"
