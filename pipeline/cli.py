"""``leadlight``: one command per stage, and the commands around them.

Heavy libraries are imported by the command that needs them, so that ``--help`` answers
at once. Data go to standard output, what is going on to standard error.
"""

from __future__ import annotations

import json
import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from features.errors import LeadlightError

if TYPE_CHECKING:
    from .bundle import Bundle
    from .sections import Config

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # rich's help takes three times as long as all the rest
    help="Predictive lead scoring that can be seen through.",
)

ConfigFile = Annotated[
    Path, typer.Option("--config", "-c", help="The configuration, a TOML file.")
]
Changes = Annotated[
    list[str] | None, typer.Option("--set", help="Change a key: section.key=value.")
]
RunName = Annotated[
    str | None, typer.Option("--name", help="The run folder's name; default: the time.")
]
RunFolder = Annotated[
    Path | None, typer.Option("--run", help="A run folder; default: the last run's.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Do not tell progress.")]
DEFAULT_CONFIG = Path("leadlight.toml")


def main() -> None:
    """Run the command line; a fault the user can mend is one sentence."""
    _guard()
    # Training threads that spin while they wait take four times as long on a machine
    # that is also doing something else. Read once, when LightGBM is loaded.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    try:
        app()
    except LeadlightError as error:
        typer.echo(f"leadlight: {error}", err=True)
        sys.exit(1)
    except OSError as error:  # a full disk, a folder that may not be written
        typer.echo(f"leadlight: {error}.", err=True)
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)


def _guard() -> None:
    """The three packages have one home; another ``models`` on the path is not ours."""
    import features
    import models
    import pipeline

    homes = {Path(str(p.__file__)).parent.parent for p in (features, models, pipeline)}
    told = ", ".join(sorted(map(str, homes)))
    if len(homes) > 1:
        typer.echo(
            "leadlight: the packages features, models and pipeline come from "
            f"different folders ({told}). Install Leadlight into an "
            "environment of its own.",
            err=True,
        )
        sys.exit(1)


@app.command()
def demo(
    folder: Annotated[Path, typer.Argument(help="Where to put it.")] = Path("demo"),
    leads: Annotated[int, typer.Option(help="How many leads to invent.")] = 3000,
    seed: Annotated[int, typer.Option(help="Another company for another seed.")] = 1,
    small: Annotated[bool, typer.Option(help="1,200 leads, without MLflow.")] = False,
) -> None:
    """Invent a company, run the whole pipeline on it, and score tonight's leads."""
    from features.world import World

    from .demo import write_company

    world = World(seed=seed, leads=1200 if small else leads)
    company = write_company(folder, world)
    config_file = folder / "leadlight.toml"
    changes = ['run.tracking=""'] if small else []
    name = _new_name(folder / "runs")
    run(config=config_file, changes=changes, name=name)
    out = folder / "scores.parquet"
    score(
        leads=folder / "data" / "tonight.csv",
        out=out,
        config=config_file,
        run_folder=folder / "runs" / name,
        at=company.world.known_until,
    )
    _tell_where(folder, out, name)


@app.command()
def init(
    files: Annotated[list[Path], typer.Argument(help="The exported files.")],
    out: Annotated[Path, typer.Option("-o", "--out")] = DEFAULT_CONFIG,
) -> None:
    """Look at exported files and write a commented configuration to correct."""
    from .guess import write_guess

    for line in write_guess(files, out):
        typer.echo(line)


@app.command()
def run(
    config: ConfigFile = DEFAULT_CONFIG,
    changes: Changes = None,
    name: RunName = None,
    quiet: Quiet = False,
) -> None:
    """Run every stage, check the result, register the scorer, and sum it up."""
    from .running import run_all
    from .summary import summary

    settings = _load(config, changes)
    name = name or _new_name(Path(settings.run.folder))
    with _progress(quiet) as say:
        folder = run_all(
            settings,
            name,
            at=datetime.now(UTC),
            say=say,
            told=lambda what, seconds: _told(quiet, what, seconds),
        )
    typer.echo(summary(folder), nl=False)
    typer.echo(f"\nEverything is in {folder}")


def _stage_command(name: str, summary: str) -> None:
    def command(
        config: ConfigFile = DEFAULT_CONFIG,
        changes: Changes = None,
        run_folder: RunFolder = None,
        quiet: Quiet = False,
    ) -> None:
        from .stages import STAGES

        settings = _load(config, changes)
        stage = next(s for s in STAGES if s.name == name)
        folder = _folder(settings, run_folder, is_new=name == "intake")
        with _progress(quiet) as say:
            stage.run(settings, folder, at=datetime.now(UTC), say=say)
        typer.echo(f"{name}: done in {folder}")

    app.command(name, help=summary)(command)


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
for _name, _help in STAGE_HELP.items():
    _stage_command(_name, _help)


@app.command()
def check(
    config: ConfigFile = DEFAULT_CONFIG,
    changes: Changes = None,
    run_folder: RunFolder = None,
    as_json: AsJson = False,
    ignore: Annotated[
        list[str] | None, typer.Option(help="A code to leave aside.")
    ] = None,
    explain: Annotated[
        str | None, typer.Option(help="A code to say more about.")
    ] = None,
) -> None:
    """Check data and scorer for leaks and other faults, each by its code."""
    from .checks import explanation, run_checks

    if explain:
        typer.echo(explanation(explain))
        return
    settings = _load(config, changes)
    folder = _folder(settings, run_folder)
    findings = run_checks(settings, folder, ignored=tuple(ignore or ()))
    if as_json:
        typer.echo(json.dumps([f.to_dict() for f in findings], indent=2))
    else:
        for f in findings:
            typer.echo(f"{f.code} {f.answer.replace('_', ' '):<14} {f.title}")
            if f.said and f.answer in {"issue", "tip"}:
                typer.echo(f"      {f.said}")
    if any(f.answer == "issue" for f in findings):
        raise typer.Exit(1)


@app.command()
def score(
    leads: Annotated[Path, typer.Argument(help="The leads, as in the leads table.")],
    out: Annotated[
        Path, typer.Option("-o", "--out", help="The scores: .parquet or .csv.")
    ],
    config: ConfigFile = DEFAULT_CONFIG,
    changes: Changes = None,
    run_folder: Annotated[
        Path | None, typer.Option("--run", help="Score with a run folder's scorer.")
    ] = None,
    model: Annotated[
        str, typer.Option(help="Or with an alias of the registry.")
    ] = "champion",
    at: Annotated[
        datetime | None,
        typer.Option(
            formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S"],
            help="The snapshot, UTC; default: now.",
        ),
    ] = None,
    quiet: Quiet = False,
) -> None:
    """Score leads in batch, each with its reasons."""
    import pyarrow as pa

    from .artefacts import replace_file
    from .ledger import ledger_of, write_ledger
    from .output import check_ending, write_scores
    from .scoring import score_leads

    check_ending(out)
    settings = _load(config, changes)
    with _progress(quiet) as say:
        bundle = _bundle(settings, run_folder, model)
        instant = datetime.now(UTC) if at is None else _utc(at)
        scored = score_leads(settings, bundle, leads, at=instant, say=say)
    held = pa.Table.from_pandas(scored.ledger, preserve_index=False)
    told = bundle.contract.to_json()
    replace_file(ledger_of(out), lambda p: write_ledger(held, told, p))
    write_scores(scored.table, out)
    counts = ", ".join(f"{v:,} {k}" for k, v in scored.counts().items())
    typer.echo(f"{len(scored.table):,} leads in, as many out: {counts}. See {out}")


@app.command()
def why(
    lead_id: Annotated[str, typer.Argument(help="The lead.")],
    scores: Annotated[
        Path, typer.Option("--scores", "-s", help="The file that `score` wrote.")
    ] = Path("scores.parquet"),
    as_json: AsJson = False,
    svg: Annotated[
        Path | None, typer.Option(help="Draw it into this file as well.")
    ] = None,
) -> None:
    """Say why a lead has its score: every point, adding up."""
    from .artefacts import replace_file
    from .ledger import find
    from .picture import svg as drawn
    from .why import told
    from .why import why as taken_apart

    found = taken_apart(find(lead_id, scores))
    if svg:
        picture = drawn(found)
        replace_file(svg, lambda p: p.write_text(picture, encoding="utf-8"))
    typer.echo(
        json.dumps(found.to_dict(), indent=2, ensure_ascii=False)
        if as_json
        else told(found),
        nl=as_json,
    )


@app.command()
def signals(
    config: ConfigFile = DEFAULT_CONFIG,
    changes: Changes = None,
    run_folder: RunFolder = None,
    sql: Annotated[bool, typer.Option("--sql", help="Print definitions.")] = False,
    dialect: Annotated[str, typer.Option(help="Of SQL.")] = "duckdb",
    as_json: AsJson = False,
) -> None:
    """List the signals: name, words, family, unit, and their definitions."""
    from .listing import list_signals, signal_lines

    settings = _load(config, changes)
    listed = list_signals(_folder(settings, run_folder), dialect)
    if as_json:
        typer.echo(json.dumps(listed, indent=2, ensure_ascii=False))
        return
    for line in signal_lines(listed, with_sql=sql):
        typer.echo(line)


def _load(path: Path, changes: list[str] | None) -> Config:
    from .config import load_config

    return load_config(path, tuple(changes or ()))


def _progress(quiet: bool):  # type: ignore[no-untyped-def]
    from .progress import progress

    return progress(quiet)


def _told(quiet: bool, what: str, seconds: float) -> None:
    if not quiet:
        typer.echo(f"{what:<10} {seconds:6.1f} s", err=True)


def _folder(config: Config, given: Path | None, *, is_new: bool = False) -> Path:
    from .running import latest_run

    if given is not None:
        return given
    if is_new:
        return Path(config.run.folder) / _new_name(Path(config.run.folder))
    return latest_run(config)


def _bundle(config: Config, run_folder: Path | None, alias: str) -> Bundle:
    from .bundle import open_bundle, source_of_run

    if run_folder is not None:
        return open_bundle(source_of_run(run_folder))
    from .tracking import source_of_alias

    return open_bundle(source_of_alias(config, alias))


def _new_name(folder: Path) -> str:
    """The time, and a number where the second already has a run."""
    name = datetime.now(UTC).strftime("%Y-%m-%dT%H%M%S")
    number = 2
    while (folder / name).exists():
        name = f"{name.split('_')[0]}_{number}"
        number += 1
    return name


def _utc(instant: datetime) -> datetime:
    return instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant


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
