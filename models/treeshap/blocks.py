"""Blocks of rows, transposed for the kernels, on as many threads as are given."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import numba
import numpy as np
from numpy.typing import NDArray

from features.errors import ModelError

Values = NDArray[np.float64]

# A block of 80 columns and its contributions fill a third of a second cache.
BLOCK_ROWS = 512

# LightGBM's kZeroThreshold: what is not larger is zero to it, in training and scoring.
_ZERO = float(np.float32(1e-35))


def transposed(values: Values) -> Values:
    """Rows as columns, with what LightGBM takes for zero as zero."""
    return _zeroed(np.array(values.T, np.float64, order="C"))


def copied(values: Values) -> Values:
    """Rows as rows, with what LightGBM takes for zero as zero."""
    return _zeroed(np.array(values, np.float64, order="C"))


def in_blocks(n_rows: int, n_threads: int, work: Callable[[slice], None]) -> None:
    """Do ``work`` on blocks of rows; what it raises is raised here."""
    edges = [*range(0, n_rows, BLOCK_ROWS), n_rows]
    blocks = [slice(a, b) for a, b in pairwise(edges)]
    n_threads = min(len(blocks), n_threads)
    if n_threads < 2:
        for rows in blocks:
            work(rows)
        return
    with ThreadPoolExecutor(n_threads) as threads:
        list(threads.map(work, blocks))


def check_width(values: Values, n_features: int, *, n_rows: int | None = None) -> None:
    """Refuse values that are not rows of ``n_features`` columns, or not ``n_rows``."""
    if n_rows is not None and len(values) != n_rows:
        raise ModelError(
            f"Rows are compared one by one, but {n_rows} are new and {len(values)} "
            "are old."
        )
    if values.ndim != 2 or values.shape[1] != n_features:
        raise ModelError(
            f"The booster expects rows of {n_features} columns, but the values have "
            f"the shape {values.shape}."
        )


def threads_of(asked: int) -> int:
    """Number of threads: as asked, or for 0 all that numba may use."""
    if asked < 0:
        raise ValueError(f"threads must be 0 (all) or more, not {asked}.")
    most: int = numba.config.NUMBA_NUM_THREADS  # type: ignore[attr-defined]
    return asked or most


def _zeroed(block: Values) -> Values:
    block[np.abs(block) <= _ZERO] = 0.0
    return block
