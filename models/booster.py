"""The booster: LightGBM's own, made of a model text that was checked first.

Why one door: LightGBM believes every length that stands in a text, and one wrong byte
ends the process, past any ``try``. So no other module hands it a text.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from features.errors import ModelError

if TYPE_CHECKING:
    import lightgbm


def booster_of(text: str) -> lightgbm.Booster:
    """Return the booster of a model text.

    Raises
    ------
    ModelError
        When the text is damaged, or is of a booster of another kind than ours.

    Examples
    --------
    >>> booster_of("tree")
    Traceback (most recent call last):
    features.errors.ModelError: The model text is damaged: it has no tree, or no line \
'end of trees'. Train again, or fetch the scorer again.
    """
    import lightgbm

    from .served import checked

    try:
        return lightgbm.Booster(model_str=checked(text))
    except (ValueError, lightgbm.basic.LightGBMError) as error:
        said = f"{error}".rstrip(".")
        raise ModelError(f"{said}. Train again, or fetch the scorer again.") from error
