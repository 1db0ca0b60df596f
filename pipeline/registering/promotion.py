"""Promotion: the gates looked at, the decision written down, the alias moved.

The checks behind the gates are run anew, since ``checks.json`` may be older than what
lies in the run folder now. The memo is written and logged before the alias is moved, so
that no champion is without one; a crash between the two leaves the old champion.
"""

from __future__ import annotations

from dataclasses import dataclass

from features.errors import DataError, LeadlightError
from models.promoting.gates import standing_in_the_way

from ..artefacts import (
    CALIBRATION,
    CUTOFFS,
    ENCODING,
    FEATURES,
    JUDGED,
    MARGINS,
    MEMO,
    MEMO_TEXT,
    PREDICTIONS,
    QUALITY,
    SPINE,
)
from ..files import replace_file
from ..sections import Config
from ..stage import Say
from .assessment import gates_of
from .comparison import Comparison, compare
from .contenders import Contender, check_written, find_contender
from .memo import Memo, prose
from .registry import (
    PROMOTED,
    Turn,
    find_version,
    log_files,
    make_champion,
    needs_registry,
)
from .tracking import CHAMPION

_READ = (
    PREDICTIONS, QUALITY, CUTOFFS, CALIBRATION, FEATURES, SPINE, MARGINS, ENCODING,
    JUDGED,
)  # fmt: skip


@dataclass(frozen=True)
class Asked:
    """Who asks for a promotion, when, and what is waived because of what.

    Attributes
    ----------
    at, by : str
        The instant, ISO 8601 in UTC, and the person.
    despite : tuple of str
        Names of gates, or codes of checks.
    because : str or None
    """

    at: str
    by: str
    despite: tuple[str, ...] = ()
    because: str | None = None


def promote(
    config: Config, called: str, asked: Asked, *, say: Say = lambda _: None
) -> Memo | None:
    """Look at every gate, write the memo, and move the alias if nothing stands in it.

    Parameters
    ----------
    called : str
        A run folder, an alias or a version.
    asked : Asked

    Returns
    -------
    Memo or None
        The decision, granted or not; None where it is the champion already.

    Raises
    ------
    ConfigError
        When a waiver names no gate.
    DataError
        When gates are waived without a reason.
    ModelError
        When the scorer is in no registry, or its files are not what they should be.
    RunError
        When the registry or the run folder cannot be used.
    """
    needs_registry(config)
    if asked.despite and not (asked.because or "").strip():
        raise DataError(
            "A gate may be passed only for a reason, which is recorded: say it with "
            '--because "…".'
        )
    ours = find_contender(config, called).registered(config)
    theirs = _champion(config)
    if theirs is not None and _version(ours) == _version(theirs):
        return None
    memo = _decided(config, ours, theirs, asked, say)
    say("writing the memo")
    _write(config, ours, memo)
    if memo.granted:
        waived = tuple(g.name for g in memo.waived)
        turn = Turn(
            _version(ours), None, asked.at, asked.by, PROMOTED, waived, memo.reason
        )
        make_champion(config, turn)
    return memo


def _champion(config: Config) -> Contender | None:
    found = find_version(config, CHAMPION)
    return None if found is None else find_contender(config, found.version)


def _version(contender: Contender) -> str:
    """Its number in the registry, which it was found in."""
    return "" if contender.version is None else contender.version.version


def _decided(
    config: Config,
    ours: Contender,
    theirs: Contender | None,
    asked: Asked,
    say: Say,
) -> Memo:
    folder = ours.run_folder()
    check_written(folder, tuple(a.file for a in _READ))
    say("looking at the gates")
    found: Comparison | LeadlightError | None = None
    if theirs is not None:
        try:
            found = compare(config, ours, theirs, say=say)
        except LeadlightError as error:
            found = error
    gates = gates_of(config, ours, theirs, found)
    stopping, waived = standing_in_the_way(gates, asked.despite)
    quality = QUALITY.read(folder / QUALITY.file)
    return Memo(
        model=config.run.model,
        scorer=ours.words,
        champion=None if theirs is None else theirs.words,
        at=asked.at,
        by=asked.by,
        because=asked.because,
        gates=gates,
        stopping=stopping,
        waived=waived,
        judged=quality["test"],
        apart=quality["served"],
        trained_until=ours.contract.trained_until,
        comparison=found if isinstance(found, Comparison) else None,
    )


def _write(config: Config, ours: Contender, memo: Memo) -> None:
    """Into the run folder, and to the record of that version's run."""
    folder = ours.run_folder()
    told, text = memo.to_dict(), prose(memo)
    replace_file(folder / MEMO.file, lambda p: MEMO.write(told, p))
    replace_file(folder / MEMO_TEXT.file, lambda p: MEMO_TEXT.write(text, p))
    if ours.version is not None:
        files = (folder / MEMO.file, folder / MEMO_TEXT.file)
        log_files(config, ours.version.run_id, files)
