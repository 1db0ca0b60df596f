"""The command line: quick to help, and one sentence for whatever can be mended."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from pipeline.cli.exits import MEANINGS, ExitCode
from pipeline.files import digest
from tests.pipeline.demo_run import CHANGES, WORLD, Demo, lines, write_lines
from tests.pipeline.processes import ROOT, Done, Leadlight, environment

MOST_HELP_SECONDS = 0.5
HEAVY = {"pandas", "duckdb", "lightgbm", "mlflow", "shap", "numba", "scipy", "sklearn"}
COMMANDS = [
    "demo", "init", "run", "intake", "build", "train", "calibrate", "explain", "check",
    "tune", "recalibrate", "compare", "promote", "score", "why", "card", "signals",
]  # fmt: skip

_HELP = """
import sys
from pipeline.cli import main
sys.argv = ["leadlight", *sys.argv[1:], "--help"]
try:
    main()
except SystemExit as ended:
    print(ended.code, *sorted({m.split(".")[0] for m in sys.modules}), file=sys.stderr)
"""


@pytest.fixture(scope="module")
def desk(demo: Demo, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the demo with files of every bad sort beside the good ones."""
    folder = demo.copy(tmp_path_factory.mktemp("desk"))
    data = folder / "data"
    head, *rows = lines(data / "leads.csv")
    write_lines(data / "empty.csv", [head])
    write_lines(data / "lacking.csv", [[*head[:2], "creation", *head[3:]], *rows[:9]])
    soon = [[*row[:2], "soon", *row[3:]] for row in rows[:9]]
    write_lines(data / "unreadable.csv", [head, *soon])
    (data / "nothing.csv").write_bytes(b"")
    for name, bought in (("flat", lambda n: True), ("rare", lambda n: n % 100 == 0)):
        table = [["id", "size", "bought"]]
        table += [[str(n), str(n * 7 % 31), str(int(bought(n)))] for n in range(400)]
        write_lines(data / f"{name}.csv", table)
        (folder / f"{name}.toml").write_text(
            f'[leads]\nfrom = "data/{name}.csv"\nlead_id = "id"\norder_by = "@row"\n'
            'known_at_creation = ["size"]\n[outcome]\ncolumn = "bought"\n'
            'positive = "1"\n[snapshots]\nrule = "export"\n[run]\ntracking = ""\n'
        )
    (folder / "damaged.toml").write_text("[leads\n")
    return folder


Run = Callable[..., Done]


@pytest.fixture
def run(leadlight: Leadlight, desk: Path) -> Run:
    """Run the pipeline on the desk, which may fail."""

    def run(name: str, *changes: str, config: str = "leadlight.toml") -> Done:
        sets = [a for c in (*CHANGES, *changes) for a in ("--set", c)]
        return leadlight("run", "-c", config, "--name", name, *sets, cwd=desk)

    return run


def test_a_run_says_in_its_last_line_that_issues_stand(
    leadlight: Leadlight, desk: Path, tmp_path: Path
) -> None:
    """A copy of the outcome among the attributes; and --strict ends with code 4."""
    table = [["id", "size", "note", "bought"]]
    table += [
        [f"{n}", f"{n * 7 % 31}", f"{n % 3 == 0:d}", f"{n % 3 == 0:d}"]
        for n in range(600)
    ]
    write_lines(desk / "data" / "leak.csv", table)
    told = (desk / "flat.toml").read_text().replace("flat.csv", "leak.csv")
    (desk / "leak.toml").write_text(told.replace('["size"]', '["size", "note"]'))
    ends = []
    for name, strict in (("leak", []), ("leak-strict", ["--strict"])):
        sets = [a for c in (*CHANGES, f"run.folder={tmp_path}") for a in ("--set", c)]
        done = leadlight(
            "run", "-q", "-c", "leak.toml", "--name", name, *sets, *strict, cwd=desk
        )
        ends.append((done.code, done.out.splitlines()[-1]))
    assert [code for code, _ in ends] == [0, 4]
    for _, said in ends:
        assert " in the way of a promotion: " in said
        assert {"LL203", "LL205"} <= {*re.findall(r"LL\d{3}", said)}


def test_help_takes_no_half_second_of_the_processor() -> None:
    script = Path(sys.executable).with_name("leadlight")
    spent = []
    for _ in range(3):
        with subprocess.Popen(
            [script, "--help"], stdout=subprocess.DEVNULL, env=environment()
        ) as process:
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
        assert process.returncode == 0
        spent.append(usage.ru_utime + usage.ru_stime)
    assert min(spent) < MOST_HELP_SECONDS


@pytest.mark.parametrize("command", [[], ["score"], ["train"]])
def test_help_opens_no_heavy_door(command: list[str], tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _HELP, *command],
        cwd=tmp_path, env=environment(), capture_output=True, text=True, check=True,
    )  # fmt: skip
    code, *modules = done.stderr.split()
    assert code == "0"
    assert "pipeline" in modules
    assert not HEAVY & set(modules)


def test_help_lists_the_commands_in_the_order_of_their_use(
    leadlight: Leadlight, tmp_path: Path
) -> None:
    done = leadlight("--help", cwd=tmp_path)
    assert done.code == 0
    assert (
        re.findall(r"^  ([a-z]+)  +\w", done.out, re.MULTILINE)[-len(COMMANDS) :]
        == COMMANDS
    )
    for command in COMMANDS:
        assert leadlight(command, "--help", cwd=tmp_path).code == 0


@pytest.mark.parametrize(
    "args",
    [
        ["fly"],
        ["score"],
        ["run", "--nmae", "x"],
        ["score", "a", "-o", "b", "--at", "now"],
        ["demo", "--leads", "many"],
        ["run", "--set", "nonsense"],
        [],
    ],
)
def test_misuse_is_exit_code_2(
    leadlight: Leadlight, tmp_path: Path, args: list[str]
) -> None:
    done = leadlight(*args, cwd=tmp_path)
    assert done.code == 2
    assert "Usage: leadlight" in done.out + done.err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (["leads.from='data/gone.csv'"], "There is no file data/gone.csv."),
        (["leads.from='data/lacking.csv'"], "lacking.csv has no column 'created_at'"),
        (["leads.from='data/empty.csv'"], "empty.csv has no readable row: 0 came in."),
        (["leads.from='data/nothing.csv'"], "nothing.csv"),
        (["leads.from='data/unreadable.csv'"],
         "unreadable.csv has no readable row: 9 came in; 9: The instant in column "
         "'created_at' cannot be read as ISO 8601."),
        (["outcome.conversion=unicorn"], "No milestone is called 'unicorn'"),
        (["train.least_conversions=5000", "train.fallback=false"],
         "Too little data for a model: "),
        (["attributes.colour.means=number"], "[attributes] names 'colour', which no"),
        (["leads.known_at_creation=['colour']"], "leads.csv has no column 'colour'"),
        (["trian.seed=1"], "trian is not a key that Leadlight knows; did you mean"),
        (["snapshots.rule=daily"], "snapshots.rule: must be 'weekly', "),
    ],
)  # fmt: skip
def test_a_bad_input_to_the_pipeline_is_one_sentence(
    run: Run, desk: Path, changes: list[str], said: str
) -> None:
    name = re.sub(r"\W+", "-", "-".join(changes))
    done = run(name, *changes)
    assert said in done.sentence
    assert done.out == ""
    assert not [p for p in desk.rglob("*") if p.name.startswith(".")]
    assert not (desk / "runs" / "latest.json").exists()
    assert not list((desk / "runs").rglob("booster.txt"))


@pytest.mark.parametrize(
    ("config", "said"),
    [
        ("gone.toml", "There is no configuration at gone.toml."),
        ("damaged.toml", "damaged.toml cannot be read as TOML: "),
        ("flat.toml", "Of 400 mature snapshots every one converted"),
        ("rare.toml", "Too little data for a model: "),
    ],
)
def test_a_configuration_that_leads_nowhere_is_one_sentence(
    run: Run, config: str, said: str
) -> None:
    assert said in run(config.removesuffix(".toml"), config=config).sentence


@pytest.mark.parametrize(
    ("leads", "out", "run_folder", "said"),
    [
        ("gone.csv", "o.csv", "", "There is no file data/gone.csv."),
        ("lacking.csv", "o.csv", "", "lacking.csv has no column 'created_at'"),
        ("tonight.csv", "o.xlsx", "", "'o.xlsx' ends in neither .parquet nor .csv."),
        ("tonight.csv", "o", "", "'o' ends in neither .parquet nor .csv."),
        ("tonight.csv", "o.csv", "runs/gone", "runs/gone holds no finished scorer"),
    ],
)
def test_a_bad_input_to_scoring_is_one_sentence(
    leadlight: Leadlight, demo: Demo, desk: Path, leads: str, out: str,
    run_folder: str, said: str,
) -> None:  # fmt: skip
    before = {p for p in desk.rglob("*") if "runs" not in p.parts}
    done = leadlight(
        "score", f"data/{leads}", "-o", out, "--run", run_folder or demo.run, cwd=desk
    )
    assert said in done.sentence
    assert done.out == ""
    assert {p for p in desk.rglob("*") if "runs" not in p.parts} == before


def test_a_full_disk_is_one_sentence_and_leaves_the_old_scores(
    leadlight: Leadlight, demo: Demo, desk: Path, tmp_path: Path
) -> None:
    out = tmp_path / "scores.parquet"
    out.write_bytes(b"yesterday's")
    # No file may grow beyond 20,000 bytes; the intake's own fit into that.
    head, *rows = lines(desk / "data" / "tonight.csv")
    few = write_lines(tmp_path / "few.csv", [head, *rows[:3]])
    first = (
        "import resource\n"
        "from pipeline import files\n"
        "whole = files.beside\n"
        "def full(path):\n"
        "    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))\n"
        "    return whole(path)\n"
        "files.beside = full\n"
    )
    done = leadlight(
        "score", few, "-o", out, "--run", demo.run, "-q", cwd=desk, first=first
    )
    assert "File too large" in done.sentence
    assert out.read_bytes() == b"yesterday's"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["few.csv", "scores.parquet"]


@pytest.mark.parametrize("stage", ["build", "train", "calibrate", "explain"])
def test_a_stage_writes_into_no_run_that_is_not_named(
    leadlight: Leadlight, demo: Demo, stage: str
) -> None:
    before = digest(demo.run / "manifest.json")
    done = leadlight(stage, cwd=demo.folder)
    assert done.code == 2
    assert "Missing option '--run'." in done.err
    assert digest(demo.run / "manifest.json") == before


_RAISING = """
import duckdb
from pipeline import config
def load(*_):
    {raising}
config.load_config = load
"""


@pytest.mark.parametrize(
    "raising",
    [
        "raise RuntimeError('Query interrupted')",
        "raise duckdb.InterruptException('INTERRUPT Error: Interrupted!')",
        "from features.errors import SourceError; "
        "raise SourceError('No.') from duckdb.InterruptException('Interrupted!')",
        "raise KeyboardInterrupt",
    ],
)
def test_an_interrupted_command_ends_with_130_and_without_a_traceback(
    leadlight: Leadlight, tmp_path: Path, raising: str
) -> None:
    done = leadlight("run", cwd=tmp_path, first=_RAISING.format(raising=raising))
    assert done.code == 130
    assert "Traceback" not in done.err
    assert "leadlight:" not in done.err


@pytest.mark.parametrize(
    ("error", "said"),
    [
        ("OutOfMemoryException", "The memory that run.memory_limit allows is not"),
        ("IOException", "DuckDB could not do its work (It failed)."),
    ],
)
def test_what_the_engine_cannot_do_is_one_sentence(
    leadlight: Leadlight, tmp_path: Path, error: str, said: str
) -> None:
    raising = f"raise duckdb.{error}('It failed.\\nSee there.')"
    done = leadlight("run", cwd=tmp_path, first=_RAISING.format(raising=raising))
    assert done.sentence.startswith(said)


def test_a_fault_of_our_own_is_still_told_in_full(
    leadlight: Leadlight, tmp_path: Path
) -> None:
    first = _RAISING.format(raising="raise RuntimeError('ours')")
    assert "Traceback" in leadlight("run", cwd=tmp_path, first=first).err


def test_a_finished_run_is_not_run_over(leadlight: Leadlight, demo: Demo) -> None:
    before = digest(demo.run / "manifest.json")
    done = leadlight("run", "--name", demo.run.name, cwd=demo.folder)
    assert "already holds a run. Give this one another name" in done.sentence
    assert digest(demo.run / "manifest.json") == before


def test_data_go_to_standard_output_and_progress_does_not(
    leadlight: Leadlight, demo: Demo, tmp_path: Path
) -> None:
    done = leadlight(
        "score", demo.folder / "data" / "tonight.csv", "-o", tmp_path / "s.csv",
        "--run", demo.run, "--at", f"{WORLD.known_until:%Y-%m-%d}", cwd=demo.folder,
    )  # fmt: skip
    assert (done.code, done.err) == (0, "")
    scored = pd.read_csv(tmp_path / "s.csv", dtype={"lead_id": str})
    rows = lines(demo.folder / "data" / "tonight.csv")[1:]
    assert scored["lead_id"].tolist() == [row[0] for row in rows]
    assert done.out.startswith(f"{len(rows):,} leads in, as many out: ")


def test_signals_are_listed_for_people_and_for_machines(
    leadlight: Leadlight, demo: Demo
) -> None:
    told = leadlight("signals", cwd=demo.folder)
    listed = json.loads(leadlight("signals", "--json", cwd=demo.folder).out)
    assert told.code == 0
    assert len(told.out.splitlines()) == len(listed) > 50
    defined = leadlight("signals", "--sql", "--dialect", "spark", cwd=demo.folder)
    features = sum(len(s["features"]) for s in listed)
    said = [n for n in defined.out.splitlines() if not n.startswith("--")]
    assert len(said) == len(listed) + features
    assert set(listed[0]) == {
        "name", "words", "family", "unit", "direction", "attributes", "features"
    }  # fmt: skip
    assert set(listed[0]["features"][0]) == {"name", "lookback_days", "sql"}
    wrong = leadlight("signals", "--dialect", "klingon", cwd=demo.folder)
    assert "'klingon' is no dialect" in wrong.sentence


def test_checks_are_told_for_people_and_for_machines(
    leadlight: Leadlight, demo: Demo
) -> None:
    done = leadlight("check", "--json", "-q", cwd=demo.folder)
    assert done.err == ""
    found = {f["code"]: f["answer"] for f in json.loads(done.out)}
    assert done.code == (4 if "issue" in found.values() else 0)
    told = leadlight("check", "--explain", "LL101", cwd=demo.folder)
    assert told.out.startswith("LL101")


_TERMINATED = """
import os, signal
from pipeline import config
def load(*_):
    try:
        os.kill(os.getpid(), signal.SIGTERM)
    except KeyboardInterrupt:
        {then}
config.load_config = load
"""


@pytest.mark.parametrize("then", ["raise", "raise RuntimeError('Query interrupted')"])
def test_a_command_that_is_ended_from_outside_ends_with_143(
    leadlight: Leadlight, tmp_path: Path, then: str
) -> None:
    """Of a signal that arrives in a query the engine makes an error of its own."""
    done = leadlight("run", cwd=tmp_path, first=_TERMINATED.format(then=then))
    assert (done.code, done.out) == (143, "")
    assert "Traceback" not in done.err


def test_every_exit_code_is_told_by_help(leadlight: Leadlight, tmp_path: Path) -> None:
    told = " ".join(leadlight("--help", cwd=tmp_path).out.split())
    listed = told.partition("Exit codes: ")[2].split("; ")
    codes = [int(each.split()[0]) for each in listed if each[:1].isdigit()]
    assert codes == [0, 1, 2, 3, 4, 130, 143]
    assert set(codes) == set(ExitCode) == set(MEANINGS)


def test_packages_from_two_homes_are_refused(tmp_path: Path) -> None:
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "__init__.py").write_text("")
    done = subprocess.run(
        [sys.executable, "-c", "from pipeline.cli import main; main()"],
        cwd=tmp_path, env=environment(tmp_path), capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert "come from different folders" in done.stderr
    assert str(ROOT) in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("at", ["2026-07-01", "2026-07-01T02:00:00+02:00"])
def test_an_instant_may_name_its_offset(
    at: str, leadlight: Leadlight, tmp_path: Path
) -> None:
    """What is wrong is the file that is missing, and not how the instant is written."""
    done = leadlight("score", "new.csv", "-o", "s.parquet", "--at", at, cwd=tmp_path)
    assert done.code == 1
    assert "leadlight.toml" in done.err
