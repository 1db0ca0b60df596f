"""What a registered scorer is made of, and the tags that say what its files must be."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from ..artefacts import BOOSTER, CONTRACT, FAMILIARITY, PRECEDENTS, Artefact
from ..files import digest
from ..refusals import stands_against

BOOSTER_TAG: Final = "leadlight.booster_digest"
CONTRACT_TAG: Final = "leadlight.contract_digest"
FAMILIARITY_TAG: Final = "leadlight.familiarity_digest"  # of scorers with forests
PRECEDENTS_TAG: Final = "leadlight.precedents_digest"  # of those that keep past leads
AGAINST_TAG: Final = "leadlight.against"  # what stands against the scorer
DIGESTS: Final = (BOOSTER_TAG, CONTRACT_TAG)  # what every scorer has

# A part's name in the registry, its file, and the tag of its digest.
PARTS: Final[tuple[tuple[str, Artefact[Any], str], ...]] = (
    ("booster", BOOSTER, BOOSTER_TAG),
    ("contract", CONTRACT, CONTRACT_TAG),
    ("familiarity", FAMILIARITY, FAMILIARITY_TAG),
    ("precedents", PRECEDENTS, PRECEDENTS_TAG),
)


def tags_of(folder: Path) -> dict[str, str]:
    """The digests of a run's scorer, and what stands against it, by their tags."""
    tags = {tag: digest(path) for _, path, tag in files_of(folder)}
    said = stands_against(folder)
    return tags | ({AGAINST_TAG: said} if said else {})


def files_of(folder: Path) -> Iterator[tuple[str, Path, str]]:
    """Name, place and tag of what a run's scorer is made of; an older one has less."""
    for name, part, tag in PARTS:
        path = folder / part.file
        if path.exists() or tag in DIGESTS:
            yield name, path, tag
