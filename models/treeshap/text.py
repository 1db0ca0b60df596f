"""The lines of a LightGBM model text: a header, then ``key=value`` fields per tree."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from features.documents import DocumentError, json_value
from features.errors import ModelError

if TYPE_CHECKING:
    import lightgbm

_END = "end of trees"
_PANDAS = "pandas_categorical:"

# In the parameters, which LightGBM writes after the trees. Why such a text is refused
# although the sum of its leaves is as exactly explained as any other: its first k trees
# are not the booster that had k trees, so that early stopping, and whatever else looks
# at a part of it, is about another model than the one that is explained.
_DART = "\n[boosting: dart]"

_N = TypeVar("_N", np.int64, np.float64)


@dataclass(frozen=True)
class Fields:
    """The fields of one part of the text, and the part's name for messages."""

    name: str
    values: dict[str, str]

    def damaged(self, what: str) -> ModelError:
        """Return the error that says ``what`` is wrong with this part."""
        return ModelError(f"The model text is damaged: {self.name} {what}.")

    def integer(self, key: str, *, absent: int | None = None) -> int:
        """Value of ``key`` as a whole number; ``absent`` if there is no such field."""
        if absent is not None and key not in self.values:
            return absent
        return int(self.integers(key, 1)[0])

    def integers(self, key: str, n: int) -> NDArray[np.int64]:
        """Value of ``key`` as ``n`` whole numbers."""
        return self._array(key, n, np.int64)

    def numbers(self, key: str, n: int) -> NDArray[np.float64]:
        """Value of ``key`` as ``n`` numbers."""
        return self._array(key, n, np.float64)

    def words(self, key: str, n: int, otherwise: str) -> tuple[str, ...]:
        """Value of ``key`` as ``n`` words; ``otherwise`` and a number if absent."""
        if key not in self.values:
            return tuple(f"{otherwise}{place}" for place in range(n))
        found = tuple(self.values[key].split())
        if len(found) != n:
            raise self.damaged(f"has {len(found)} of {key} where {n} were expected")
        return found

    def _array(self, key: str, n: int, kind: type[_N]) -> NDArray[_N]:
        if n == 0:  # a constant tree may leave the fields of its splits out
            return np.empty(0, kind)
        if key not in self.values:
            raise self.damaged(f"has no {key}")
        try:
            numbers: NDArray[_N] = np.array(self.values[key].split(), dtype=kind)
        except (ValueError, OverflowError) as cause:
            raise self.damaged(f"has a {key} that is not a number") from cause
        if len(numbers) != n:
            raise self.damaged(f"has {len(numbers)} of {key} where {n} were expected")
        return numbers


def text_of(model: str | lightgbm.Booster | lightgbm.LGBMModel) -> str:
    """Text of a booster, or of a fitted scikit-learn wrapper of one; a text as it is.

    With the iterations that ``predict`` uses: up to the best, where there is one.

    Raises
    ------
    TypeError
        If it is none of these.
    """
    if isinstance(model, str):
        return model
    booster = getattr(model, "booster_", model)
    if not hasattr(booster, "model_to_string"):
        raise TypeError(
            "A LightGBM model text or booster was expected, and not "
            f"{type(model).__name__}."
        )
    return str(booster.model_to_string())


def header(model_text: str) -> Fields:
    """Fields before the first tree, of a booster that can be explained."""
    first_line = model_text.partition("\n")[0].strip()
    if first_line != "tree":
        raise ModelError(
            "This is not a LightGBM model text: its first line is "
            f"{first_line[:40]!r} where 'tree' was expected."
        )
    head = model_text.partition("\nTree=")[0].partition(f"\n{_END}")[0]
    fields = _fields("the header", head)
    if "average_output" in fields.values:
        raise ModelError(
            "This booster averages its trees (boosting = rf), so that its margin is "
            "not their sum: train with boosting = gbdt."
        )
    if _DART in model_text:
        raise ModelError(
            "This booster dropped trees while it grew (boosting = dart), so that each "
            "tree's weight was set by those that came after: what was judged on the "
            "way is not what the text holds. Train with boosting = gbdt."
        )
    n_per_iteration = fields.integer("num_tree_per_iteration")
    if n_per_iteration != 1:
        raise ModelError(
            f"This booster grows {n_per_iteration} trees per iteration, one per class: "
            "only a booster of two classes, with one tree each time, can be explained."
        )
    return fields


def tree_fields(model_text: str) -> Iterator[Fields]:
    """Fields of each tree, in order.

    Raises
    ------
    ModelError
        If the text ends before its last tree does.
    """
    body, end, _ = model_text.partition(f"\n{_END}")
    head, *parts = body.split("\nTree=")
    sizes = _fields("the header", head).values.get("tree_sizes", "").split()
    if not end or len(parts) != len(sizes):
        raise ModelError(
            f"The model text is damaged: it holds {len(parts)} trees where its header "
            f"announces {len(sizes)}, or it lacks the line {_END!r}."
        )
    for part in parts:
        number, _, rest = part.partition("\n")
        yield _fields(f"tree {number.strip()}", rest)


def pandas_categories(model_text: str) -> list[list[Any]]:
    """Categories of each categorical column of the frame that was trained on.

    LightGBM notes them in the last line of the text, in the order of the columns; what
    was not trained on a frame has none.
    """
    _, found, told = model_text.rpartition(f"\n{_PANDAS}")
    if not found:
        return []
    try:
        categories: list[list[Any]] = json_value(told) or []
    except DocumentError as cause:
        raise ModelError(
            f"The model text is damaged: what follows {_PANDAS} is no JSON."
        ) from cause
    return categories


def _fields(name: str, part: str) -> Fields:
    """Split lines at their first equals sign; a bare word is a field without value."""
    pairs = (line.partition("=") for line in part.splitlines())
    return Fields(name, {key: value for key, _, value in pairs})
