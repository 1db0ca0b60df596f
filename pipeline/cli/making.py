"""Commands that make something: a demo, a configuration, a run, one stage of it."""

from __future__ import annotations

from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .app import (
    DEFAULT_CONFIG,
    Changes,
    ConfigFile,
    Quiet,
    app,
    load,
    new_name,
    progress,
    told,
)
from .exits import ExitCode
from .scoring import score

if TYPE_CHECKING:
    from ..sections import Config
    from ..stage import Stage

NewFolder = Annotated[
    Path | None, typer.Option("--run", help="A run folder; default: a new one.")
]
# Without a default: a stage by itself would write into a run that is finished.
IntoFolder = Annotated[
    Path, typer.Option("--run", help="The run folder, which intake has made.")
]
RunName = Annotated[
    str | None, typer.Option("--name", help="The run folder's name; default: the time.")
]


@app.command()
def demo(
    folder: Annotated[Path, typer.Argument(help="Where to put it.")] = Path("demo"),
    leads: Annotated[int, typer.Option(help="How many leads to invent.")] = 3000,
    seed: Annotated[int, typer.Option(help="Another company for another seed.")] = 1,
    small: Annotated[bool, typer.Option(help="1,200 leads, without MLflow.")] = False,
) -> None:
    """Invent a company, run all on it, promote the scorer, score tonight's leads."""
    from features.world import World

    from ..demo import write_company

    world = World(seed=seed, leads=1200 if small else leads)
    company = write_company(folder, world)
    config_file = folder / "leadlight.toml"
    changes = ['run.tracking=""'] if small else []
    name = new_name(folder / "runs")
    run(config=config_file, changes=changes, name=name)
    out = folder / "scores.parquet"
    is_champion = not small and _becomes_champion(config_file)
    score(
        leads=folder / "data" / "tonight.csv",
        out=out,
        config=config_file,
        run_folder=None if is_champion else folder / "runs" / name,
        at=company.world.known_until,
    )
    _tell_where(folder, out, name)


def _becomes_champion(config_file: Path) -> bool:
    """Put the run through the gates; where one fails, that is said, and no more."""
    from ..registering.promotion import Asked, promote

    at = datetime.now(UTC).isoformat(timespec="seconds")
    asked = Asked(at, "leadlight demo")  # a container has no user
    with progress(quiet=False) as say:
        memo = promote(load(config_file, None), "challenger", asked, say=say)
    if memo is None or memo.granted:
        typer.echo("It passes every gate, and is the champion now.")
        return True
    typer.echo(f"leadlight: {memo.refusal()}", err=True)
    return False


@app.command()
def init(
    files: Annotated[list[Path], typer.Argument(help="The exported files.")],
    out: Annotated[Path, typer.Option("-o", "--out")] = DEFAULT_CONFIG,
) -> None:
    """Look at exported files and write a commented configuration to correct."""
    from ..guess import write_guess

    for line in write_guess(files, out):
        typer.echo(line)


@app.command()
def run(
    config: ConfigFile = DEFAULT_CONFIG,
    changes: Changes = None,
    name: RunName = None,
    quiet: Quiet = False,
    strict: Annotated[
        bool, typer.Option("--strict", help="End with code 4 if issues stand.")
    ] = False,
) -> None:
    """Run every stage, check the result, register the scorer, and sum it up."""
    from ..running import issues_standing, run_all
    from ..summary import summary

    settings = load(config, changes)
    name = name or new_name(Path(settings.run.folder))
    with progress(quiet) as say:
        folder = run_all(
            settings,
            name,
            at=datetime.now(UTC),
            say=say,
            told=lambda what, seconds: told(quiet, what, seconds),
        )
    typer.echo(summary(folder), nl=False)
    typer.echo(f"\nEverything is in {folder}")
    if issues := issues_standing(folder):
        typer.echo(issues)
        if strict:
            raise typer.Exit(ExitCode.ISSUES_STAND)


# The stages' own first lines, so that no stage is imported for `--help`; a test
# holds the two equal.
STAGE_HELP = {
    "intake": "Read the sources strictly, set bad rows aside, write the canonical "
    "tables.",
    "build": "Take snapshots, compute every signal as it stood then, attach outcomes.",
    "train": "Choose the simplest booster that predicts later outcomes, and fit it.",
    "calibrate": "Calibrate probabilities and cutoffs, and judge them on the newest "
    "block.",
    "explain": "Settle the contract, and split the points of the newest block among "
    "signals.",
}


@app.command(help=STAGE_HELP["intake"])
def intake(
    config: ConfigFile = DEFAULT_CONFIG,
    changes: Changes = None,
    run_folder: NewFolder = None,
    quiet: Quiet = False,
) -> None:
    """Read the sources into a new run folder, unless one is named."""
    settings = load(config, changes)
    runs = Path(settings.run.folder)
    _run_stage("intake", settings, run_folder or runs / new_name(runs), quiet=quiet)


@app.command(help=STAGE_HELP["build"])
def build(
    run_folder: IntoFolder,
    config: ConfigFile = DEFAULT_CONFIG,
    changes: Changes = None,
    engine: Annotated[
        str | None, typer.Option(help="local, duckdb or spark: run.engine.")
    ] = None,
    master: Annotated[
        str | None, typer.Option(help="Where Spark runs: run.spark_master.")
    ] = None,
    quiet: Quiet = False,
) -> None:
    """Compute the signals with the configured engine, or with the one that is named."""
    named = {"engine": engine, "spark_master": master}
    more = [f'run.{key}="{value}"' for key, value in named.items() if value]
    settings = load(config, [*(changes or []), *more])
    _run_stage("build", settings, run_folder, quiet=quiet)


def _stage_command(name: str) -> None:
    def command(
        run_folder: IntoFolder,
        config: ConfigFile = DEFAULT_CONFIG,
        changes: Changes = None,
        quiet: Quiet = False,
    ) -> None:
        _run_stage(name, load(config, changes), run_folder, quiet=quiet)

    app.command(name, help=STAGE_HELP[name])(command)


for _name in STAGE_HELP:
    if _name not in {"intake", "build"}:
        _stage_command(_name)


def _run_stage(name: str, settings: Config, folder: Path, *, quiet: bool) -> None:
    if name == "calibrate":
        from ..registering.inheritance import note_champion

        note_champion(settings, folder)
    # Of its own module only: the others import LightGBM, which takes seconds.
    stage: Stage = getattr(import_module(f"..stages.{name}", __package__), name)
    with progress(quiet) as say:
        stage.run(settings, folder, at=datetime.now(UTC), say=say)
    typer.echo(f"{name}: done in {folder}")


def _tell_where(folder: Path, out: Path, name: str) -> None:
    import pyarrow.parquet as pq

    table = pq.read_table(out, columns=["lead_id", "score", "status"]).to_pylist()
    scored = [row for row in table if row["status"] == "scored"]
    best = max(scored, key=lambda row: (row["score"], row["lead_id"]))
    typer.echo(
        f"\nLook at:\n"
        f"  {out}  tonight's leads, scored and explained\n"
        f"  {folder / 'runs' / name}  the run: quality.json, predictions.parquet, …\n"
        f"  {folder / 'leadlight.toml'}  the configuration, to make your own of\n"
        f"Ask why:\n"
        f"  leadlight why {best['lead_id']} --scores {out}"
    )
