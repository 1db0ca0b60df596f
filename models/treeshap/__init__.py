"""Exact Shapley values of a LightGBM booster, signals as players, by pattern tables.

References
----------
Shapley (1953), A value for n-person games.
Lundberg et al. (2020), From local explanations to global understanding with explainable
AI for trees, Nature Machine Intelligence 2: the two games, along training paths and
against a background.
Jullum, Redelmeier and Aas (2021), groupShapley, arXiv:2106.12228: groups as players.
"""

from .explainer import TreeExplainer

__all__ = ["TreeExplainer"]
