"""The search for a better recipe: a fixed number of trials, kept, and gone on with.

Trials are kept in a file among the runs, under a name made of the data and of what is
held fixed: a search that was stopped goes on where it was, and one on other data begins
anew. What is found is never used by itself: it is written down as lines of a
configuration, for a person to take over, and only where it beats the ladder.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from models.learning.tuning import Tuned, beside, objective, suggested

from ..artefacts import FEATURES, SPINE
from ..files import digest, replace_file
from ..sections import Config
from ..stage import Say, Shelf
from .trainable import trainable

if TYPE_CHECKING:
    import optuna

STUDY = "tuning.journal"
TUNED = "tuned.toml"


@dataclass(frozen=True)
class Search:
    """What a search came to.

    Attributes
    ----------
    trials : int
        Those that were finished, in this search and earlier.
    found : Tuned
    file : Path or None
        Where the lines were written, if the recipe is worth taking.
    """

    trials: int
    found: Tuned
    file: Path | None


def tune(config: Config, folder: Path, *, trials: int, shelf: Shelf) -> Search:
    """Search for a recipe that beats the ladder on the folds of a run.

    Parameters
    ----------
    folder : Path
        A run folder of which at least ``build`` is done.
    trials : int
        How many recipes in all, those of earlier searches on the same data included.
    shelf : Shelf
        Of the run folder; only read.
    """
    data = trainable(config, shelf)
    blocks = data.divided()
    trainer = data.trainer(data.encoded(blocks.before)[1], blocks)
    folds = trainer.choosing_folds()
    shelf.say("climbing the ladder")
    ladder = trainer.climb(folds, shelf.say)
    study = _study(config, folder)
    _go_on(study, trials, objective(trainer.rows, folds, trainer.recipe), shelf.say)
    depth, recipe = suggested(_fixed(study.best_trial.params), trainer.recipe)
    found = beside(trainer.rows, folds, ladder, depth, recipe)
    place = Path(config.run.folder) / TUNED
    if found.is_taken:
        text = lines_of(found)
        replace_file(place, lambda part: part.write_text(text, encoding="utf-8"))
    finished = sum(trial.state.is_finished() for trial in study.trials)
    return Search(finished, found, place if found.is_taken else None)


def lines_of(found: Tuned) -> str:
    """The recipe as lines of a configuration.

    Examples
    --------
    >>> from models.learning.conversion import Recipe
    >>> print(lines_of(Tuned(3, Recipe(), 0.41, 0.42, -0.01, 0.004)), end="")
    # Log loss 0.4100 on the folds where the ladder has 0.4200: 0.0100 ± 0.0040 better.
    [train]
    depths        = [3]
    learning_rate = 0.1
    leaf_rows     = 40
    column_share  = 0.5
    row_share     = 0.8
    l2            = 5.0
    """
    recipe = found.recipe
    told = {
        "depths": [found.depth],
        "learning_rate": round(recipe.learning_rate, 4),
        "leaf_rows": recipe.leaf_rows,
        "column_share": round(recipe.column_share, 3),
        "row_share": round(recipe.row_share, 3),
        "l2": round(recipe.l2, 3),
    }
    head = (
        f"# Log loss {found.loss:.4f} on the folds where the ladder has "
        f"{found.ladder_loss:.4f}: {-found.difference:.4f} ± "
        f"{found.standard_error:.4f} better.\n[train]\n"
    )
    return head + "".join(f"{key:<13} = {value}\n" for key, value in told.items())


def _study(config: Config, folder: Path) -> optuna.Study:
    """Open the study of these data and of what is held fixed."""
    import optuna
    from optuna.storages import JournalStorage
    from optuna.storages.journal import JournalFileBackend

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    place = Path(config.run.folder) / STUDY
    place.parent.mkdir(parents=True, exist_ok=True)
    return optuna.create_study(
        study_name=_name(config, folder),
        storage=JournalStorage(JournalFileBackend(str(place))),
        sampler=optuna.samplers.TPESampler(seed=config.train.seed),
        load_if_exists=True,
    )


def _name(config: Config, folder: Path) -> str:
    section = config.train
    held = {
        "data": [digest(folder / a.file) for a in (SPINE, FEATURES)],
        "fixed": [
            section.folds, section.test_share, section.most_rounds, section.most_rows,
            section.rare_leads, section.negatives, section.monotone, section.seed,
        ],
    }  # fmt: skip
    return hashlib.sha256(json.dumps(held).encode()).hexdigest()[:16]


def _go_on(study: optuna.Study, trials: int, loss: Any, say: Say) -> None:
    """Finish as many trials as are lacking."""
    done = sum(trial.state.is_finished() for trial in study.trials)
    for number in range(done + 1, trials + 1):
        say(f"trial {number} of {trials}")
        study.optimize(loss, n_trials=1)


def _fixed(parameters: dict[str, Any]) -> optuna.trial.FixedTrial:
    import optuna

    return optuna.trial.FixedTrial(parameters)
