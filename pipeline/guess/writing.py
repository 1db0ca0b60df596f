"""From files to a configuration on disk, and what to say about it."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

from features.engine import open_engine
from features.errors import ConfigError
from pipeline.config import check_loads
from pipeline.files import replace_file
from pipeline.intake.files import found_files

from .guessed import guess_of
from .page import files_told, page_of
from .sample import look_at


def write_guess(files: Sequence[Path], out: Path) -> list[str]:
    """Look at exported files and write a commented configuration to correct.

    Parameters
    ----------
    files : sequence of Path
        CSV, gzipped CSV or Parquet; a folder stands for the files in it.
    out : Path
        The configuration. Paths in it are relative to its folder.

    Returns
    -------
    list of str
        Lines to print: what each file was taken for, what is to be asked, what next.

    Raises
    ------
    ConfigError
        When ``out`` exists, or no file is named.
    SourceError
        When a file cannot be read.
    """
    if out.exists():
        raise ConfigError(
            f"{out} exists and is not overwritten. Move it away, or name another with "
            "--out."
        )
    paths = _each_once(files)
    with tempfile.TemporaryDirectory() as work, open_engine() as engine:
        samples, missing = look_at(engine, paths, Path(work))
        guess = guess_of(engine, samples, missing)
    page, questions = page_of(guess, out.parent)
    replace_file(out, lambda beside: _write(beside, page))
    return _told(out, files_told(guess), questions)


def _told(out: Path, files: list[str], questions: list[str]) -> list[str]:
    is_default = out == Path("leadlight.toml")
    command = "leadlight run" if is_default else f"leadlight run -c {out}"
    return [
        f"Wrote {out}, a first guess:",
        *(f"  {each}" for each in files),
        f"To ask someone who knows ({len(questions)}, marked ASK in the file):",
        *(f"  - {question}" for question in questions),
        f"Correct it, then: {command}",
    ]


def _each_once(files: Sequence[Path]) -> list[Path]:
    if not files:
        raise ConfigError("Name at least one exported file to look at.")
    several = [found_files(str(f)) if f.is_dir() else (f,) for f in files]
    return list({p.resolve(): p for some in several for p in some}.values())


def _write(beside: Path, page: str) -> None:
    """Write the page, and see that it can be loaded before it takes its place."""
    beside.write_text(page, encoding="utf-8")
    check_loads(beside)
