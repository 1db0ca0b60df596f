"""The case: a finished or half-finished run, as the checks may look at it.

Everything is read when it is first asked for, and once. What is not there yet is
:class:`Absent`, which a check answers by being skipped.
"""

from __future__ import annotations

from contextlib import ExitStack
from functools import cached_property
from pathlib import Path
from typing import Any, Self, TypeVar

import numpy as np
import pandas as pd

from features.catalogue import Catalogue, catalogue_of
from features.company import Company
from features.engine import Engine, look_into
from features.errors import RunError
from features.vocabulary import Split
from models.contract import Contract
from models.named_booster import NamedBooster

from ..artefacts import (
    BOOSTER,
    CALIBRATION,
    CATALOGUE,
    CONTRACT,
    CUTOFFS,
    ENCODING,
    FEATURES,
    INTAKE,
    JUDGED,
    MARGINS,
    PREDICTIONS,
    QUALITY,
    SPINE,
    TABLES,
    Artefact,
)
from ..sections import Config
from ..tables import NAMES, shown
from .sample import Sample, sampled
from .stamps import Copy, copies_in

Value = TypeVar("Value")

_MOST_ROWS = 20_000  # on either side; leads are drawn by hash beyond it
_NOT_LEARNT_FROM = (Split.TEST, Split.EMBARGO)


class Absent(RunError):
    """What a check would look at has not been made yet."""


class Case:
    """A run's configuration and artefacts; a context that shuts the tables.

    Parameters
    ----------
    config : Config
    folder : Path
        The run folder.
    """

    def __init__(self, config: Config, folder: Path) -> None:
        self.config = config
        self.folder = folder
        self._open = ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *raised: object) -> None:
        self._open.close()

    @cached_property
    def intake(self) -> dict[str, Any]:
        """What came in."""
        return self._read(INTAKE)

    @cached_property
    def spine(self) -> pd.DataFrame:
        """The labelled snapshots, by row."""
        return self._read(SPINE)

    @cached_property
    def features(self) -> pd.DataFrame:
        """What was known at each snapshot, by row."""
        return self._read(FEATURES)

    @cached_property
    def listed(self) -> dict[str, Any]:
        """The catalogue as it was written down."""
        return self._read(CATALOGUE)

    @cached_property
    def catalogue(self) -> Catalogue:
        """The catalogue made anew from the company that was written down."""
        return catalogue_of(Company.from_dict(self.listed["company"]))

    @cached_property
    def encoding(self) -> dict[str, Any]:
        """The columns that the booster reads, and those dropped."""
        return self._read(ENCODING)

    @cached_property
    def margins(self) -> pd.DataFrame:
        """Split and margin of each snapshot."""
        return self._read(MARGINS)

    @cached_property
    def judged(self) -> NamedBooster:
        """The booster that was judged."""
        return NamedBooster(self._read(JUDGED), self.encoding["judged_features"])

    @cached_property
    def booster(self) -> str:
        """The text of the booster that is served."""
        return self._read(BOOSTER)

    @cached_property
    def contract(self) -> Contract:
        """What the scorer expects and promises."""
        return Contract.from_json(self._read(CONTRACT))

    @cached_property
    def calibration(self) -> dict[str, Any]:
        """Both calibrators."""
        return self._read(CALIBRATION)

    @cached_property
    def cutoffs(self) -> dict[str, Any]:
        """The cutoffs, and what they did on the test block."""
        return self._read(CUTOFFS)

    @cached_property
    def quality(self) -> dict[str, Any]:
        """Every figure of the test block."""
        return self._read(QUALITY)

    @cached_property
    def predictions(self) -> pd.DataFrame:
        """Every labelled snapshot with its probability."""
        return self._read(PREDICTIONS)

    @cached_property
    def before(self) -> Sample:
        """Encoded rows from before the test block, thinned by hash of the lead."""
        return self._sample(~self.margins["split"].isin(_NOT_LEARNT_FROM))

    @cached_property
    def test(self) -> Sample:
        """Encoded rows of the test block, thinned by hash of the lead."""
        return self._sample(self.margins["split"] == Split.TEST)

    @property
    def never(self) -> str:
        """Where columns are named that are never to be read, for a sentence."""
        accounts = " or accounts.never" if self.config.accounts is not None else ""
        return f"leads.never{accounts}"

    @cached_property
    def copies(self) -> list[Copy]:
        """The tables whose clock dates a copy."""
        with self.tables() as engine:
            return copies_in(engine)

    def tables(self) -> Engine:
        """Open a look at the canonical tables."""
        return look_into(self._engine)

    def quarantine(self) -> pd.DataFrame:
        """Return the rows that were set aside."""
        return pd.read_parquet(self._existing(f"{TABLES}/quarantine.parquet"))

    def attributes(self) -> pd.DataFrame:
        """Return the leads' attributes as they were written, by ``lead_id``."""
        return pd.read_parquet(self._existing(f"{TABLES}/attributes.parquet"))

    @cached_property
    def _engine(self) -> Engine:
        for name in NAMES:
            self._existing(f"{TABLES}/{name}.parquet")
        return self._open.enter_context(shown(self.config, self.folder / TABLES))

    def _sample(self, is_meant: pd.Series) -> Sample:
        rows = np.flatnonzero(is_meant.to_numpy())
        return sampled(
            self.spine.iloc[rows],
            self.features.iloc[rows],
            self.encoding["features"],
            most_rows=_MOST_ROWS,
        )

    def _read(self, artefact: Artefact[Value]) -> Value:
        return artefact.read(self._existing(artefact.file))

    def _existing(self, file: str) -> Path:
        path = self.folder / file
        if not path.exists():
            raise Absent(
                f"{file} is not in the run folder yet; run the stage that writes it."
            )
        return path
