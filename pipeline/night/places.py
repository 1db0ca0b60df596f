"""Where a night's files lie: the scores, and what lies beside them.

Why scores that are held back are called ``scores.held.parquet`` and not
``scores.parquet.held``: the ending says what a file is, and whoever looks at them, with
``leadlight why`` or a spreadsheet, goes by it. Whoever reads a folder of nights leaves
them out.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from .ledger import ledger_of
from .scorer import scorer_file_of

HELD = ".held"
QUARANTINE = ".quarantine.parquet"


def is_held(scores: Path) -> bool:
    """Whether a file of scores is of a night that was held back, by its name."""
    return scores.stem.endswith(HELD)


@dataclass(frozen=True)
class Places:
    """The files of one night.

    Attributes
    ----------
    scores : Path
    """

    scores: Path

    @property
    def ledger(self) -> Path:
        """The points of every lead."""
        return ledger_of(self.scores)

    @property
    def scorer(self) -> Path:
        """The scorer that said so."""
        return scorer_file_of(self.scores)

    @property
    def quarantine(self) -> Path:
        """Rows that were set aside; there only if any were.

        Examples
        --------
        >>> Places(Path("tonight.csv")).quarantine.name
        'tonight.csv.quarantine.parquet'
        """
        return self.scores.with_name(f"{self.scores.name}{QUARANTINE}")

    @property
    def held(self) -> Places:
        """The same, of a night that is held back.

        Examples
        --------
        >>> Places(Path("tonight.csv")).held.scores.name
        'tonight.held.csv'
        """
        scores = self.scores
        return Places(scores.with_name(f"{scores.stem}{HELD}{scores.suffix}"))

    @property
    def files(self) -> tuple[Path, ...]:
        """Every file, whether it is there or not."""
        return self.scores, self.ledger, self.scorer, self.quarantine

    def remove(self) -> None:
        """Remove what is there, the scores first: what is left belongs to none."""
        for path in self.files:
            path.unlink(missing_ok=True)
