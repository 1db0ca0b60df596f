"""The project itself: what is said in two places agrees, and doors stay put."""

from __future__ import annotations

import ast
import re
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]

import features
import models
import pipeline
from pipeline.cli import STAGE_HELP
from pipeline.stages.order import STAGES

ROOT = Path(__file__).parents[1]
ROOMS = ("features", "models", "pipeline")
MOST_LINES = 300
# Where a module may be imported; elsewhere it may be named for the type checker alone.
DOORS = {
    "lightgbm": {
        "models/learning/conversion.py", "models/learning/rounds.py",
        "models/served.py", "models/booster.py",
    },
    "numba": {"features/compilation.py", "models/treeshap/blocks.py"},
    "shap": {"models/explaining/explanation.py", "models/treeshap/frames.py"},
    "pyspark": {"features/spark.py"},
    "mlflow": {"pipeline/registering/tracking.py", "models/served.py"},
    "typer": {
        f"pipeline/cli/{name}.py"
        for name in (
            "__init__", "app", "carding", "looking", "making", "promoting",
            "recalibrating", "scoring", "tuning",
        )
    },
}  # fmt: skip
# Only where it is needed, so that opening the module does not open the door.
LAZY = {
    ("lightgbm", "models/served.py"), ("lightgbm", "models/booster.py"),
    ("shap", "models/explaining/explanation.py"),
    ("shap", "models/treeshap/frames.py"),
    ("mlflow", "pipeline/registering/tracking.py"),
    ("mlflow", "models/served.py"), ("pyspark", "features/spark.py"),
}  # fmt: skip
MODULES = sorted(p for room in ROOMS for p in (ROOT / room).rglob("*.py"))
NAMES = [p.relative_to(ROOT).as_posix() for p in MODULES]
PYPROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))


def _imports(tree: ast.AST) -> set[str]:
    """Return the outermost names that are imported below a node."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            within = "" if node.level else (node.module or "").split(".")[0]
            found.add(within)
    return found


def _without_type_checking(path: Path) -> ast.Module:
    """Parse a module and leave out what only a type checker reads."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    kept = [
        node
        for node in tree.body
        if not (isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING")
    ]
    return ast.Module(body=kept, type_ignores=[])


@pytest.mark.parametrize("library", sorted(DOORS))
def test_a_heavy_library_has_one_door(library: str) -> None:
    through = {
        name
        for path, name in zip(MODULES, NAMES, strict=True)
        if library in _imports(_without_type_checking(path))
    }
    assert through == DOORS[library]


@pytest.mark.parametrize(("library", "name"), sorted(LAZY))
def test_some_doors_open_only_when_they_are_gone_through(
    library: str, name: str
) -> None:
    tree = _without_type_checking(ROOT / name)
    at_once = [n for n in tree.body if isinstance(n, ast.Import | ast.ImportFrom)]
    assert library not in _imports(ast.Module(body=list(at_once), type_ignores=[]))


def test_the_served_model_imports_nothing_of_ours() -> None:
    tree = ast.parse((ROOT / "models" / "served.py").read_text(encoding="utf-8"))
    assert not _imports(tree) & {*ROOMS, ""}


@pytest.mark.parametrize("name", NAMES)
def test_a_module_fits_one_sitting(name: str) -> None:
    lines = (ROOT / name).read_text(encoding="utf-8").count("\n")
    assert lines <= MOST_LINES


def test_imports_are_relative_within_a_room_and_never_reach_up() -> None:
    for path, name in zip(MODULES, NAMES, strict=True):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.level:
                assert node.level < len(Path(name).parts), name


def test_the_three_rooms_have_one_home() -> None:
    homes = {Path(str(m.__file__)).parent.parent for m in (features, models, pipeline)}
    assert homes == {ROOT}


def test_mlprojects_entry_points_are_the_stages_and_three_more() -> None:
    entries = _mlproject()["entry_points"]
    assert list(entries) == [
        "main", "demo", *(s.name for s in STAGES), "score"
    ]  # fmt: skip


def test_an_entry_point_runs_the_command_of_its_name() -> None:
    for name, entry in _mlproject()["entry_points"].items():
        command = entry["command"].split()
        assert command[:2] == ["leadlight", "run" if name == "main" else name]
        given = set(re.findall(r"{(\w+)}", entry["command"]))
        assert given == set(entry["parameters"])
        options = {word for word in command if word.startswith("--")}
        assert options <= _options(command[1])


def test_mlprojects_environment_is_the_locked_one() -> None:
    place = ROOT / _mlproject()["python_env"]
    environment = yaml.safe_load(place.read_text(encoding="utf-8"))
    (needs,) = environment["dependencies"]
    lock = (place.parent / needs.removeprefix("-r ")).resolve()
    assert lock == ROOT / "requirements.lock"
    least = PYPROJECT["project"]["requires-python"].split(",")[0]
    assert f">={environment['python']}" == least


def test_every_stages_help_is_its_own_first_line() -> None:
    assert {stage.name: stage.summary for stage in STAGES} == STAGE_HELP


def test_the_wheel_holds_the_rooms_and_the_configurations_in_them() -> None:
    target = PYPROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]
    assert sorted(target["packages"]) == sorted(ROOMS)
    tracked = subprocess.run(
        ["git", "ls-files", "pipeline"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    ).stdout.split()  # fmt: skip
    if not tracked:
        pytest.skip("not a git checkout")
    assert {"pipeline/default.toml", "pipeline/demo.toml"} <= set(tracked)


def test_the_command_is_the_only_way_in() -> None:
    assert PYPROJECT["project"]["scripts"] == {"leadlight": "pipeline.cli:main"}
    assert not list(ROOT.glob("*/__main__.py"))
    assert not (ROOT / "setup.py").exists()


def test_every_command_of_make_exists() -> None:
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    for command in re.findall(r"\$\(BIN\)/leadlight (\w+)", text):
        assert _options(command)
    phony = re.findall(r"^\.PHONY: (.*)$", text, re.MULTILINE)[0].split()
    for target in re.findall(r"^make ([\w-]+)$", _ci(), re.MULTILINE):
        assert target in phony


def _ci() -> str:
    return (ROOT / ".ci" / "run").read_text(encoding="utf-8")


def _mlproject() -> dict[str, Any]:
    project: dict[str, Any] = yaml.safe_load((ROOT / "MLproject").read_text("utf-8"))
    return project


def _options(command: str) -> set[str]:
    """Return the options of a command; refuse one that does not exist."""
    import typer.main

    from pipeline.cli import app

    group: Any = typer.main.get_command(app)
    found = group.commands[command]
    return {option for parameter in found.params for option in parameter.opts}


def test_the_readme_names_every_command_and_no_other() -> None:
    import typer.main

    from pipeline.cli import app

    group: Any = typer.main.get_command(app)
    told = (ROOT / "README.md").read_text(encoding="utf-8")
    stages = set(STAGE_HELP)  # named together, as "the stages one by one"
    named = set(re.findall(r"leadlight ([a-z]+)\b", told))
    named |= set(re.findall(r"`(run|check|signals|score|why)`", told))
    assert named <= set(group.commands)
    assert named | stages == set(group.commands)


def test_every_file_that_the_readme_links_to_exists() -> None:
    told = (ROOT / "README.md").read_text(encoding="utf-8")
    links = re.findall(r"\]\(([^)#]+)\)", told)
    assert len(links) > 10
    assert [link for link in links if not (ROOT / link).exists()] == []


def test_the_readme_gives_the_two_commands() -> None:
    told = (ROOT / "README.md").read_text(encoding="utf-8")
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in ("demo", "test", "bench"):
        assert f"make {target}" in told
        assert f"\n{target}:" in makefile
