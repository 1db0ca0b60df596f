"""Exact Shapley values of a LightGBM booster, signals as players, by pattern tables."""

from .explainer import TreeExplainer

__all__ = ["TreeExplainer"]
