"""Every notebook runs as it is kept, and is kept as it ran.

``python -m tests.test_notebooks`` runs them all and keeps what they gave.
"""

from __future__ import annotations

import base64
import copy
import io
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient
from PIL import Image

HOME = Path(__file__).parents[1]
NOTEBOOKS = sorted((HOME / "notebooks").glob("*.ipynb"))
SECONDS = 300  # for one cell; a whole notebook takes some twenty
PLAIN = {
    "kernelspec": {
        "display_name": "Python 3", "language": "python", "name": "python3"
    },
    "language_info": {"name": "python"},
}  # fmt: skip

pytestmark = pytest.mark.slow


def read(path: Path) -> Any:
    """Read a notebook as it is kept."""
    return nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]


def run(kept: Any, folder: Path) -> Any:
    """Run a notebook's cells afresh in a folder, and return it with what they gave."""
    fresh = copy.deepcopy(kept)
    client = NotebookClient(
        fresh,
        timeout=SECONDS,
        kernel_name="python3",
        record_timing=False,
        coalesce_streams=True,
        resources={"metadata": {"path": str(folder)}},
    )
    client.execute()
    return fresh


def keep(path: Path) -> None:
    """Run a notebook and keep it, without traces of when and where it ran."""
    with tempfile.TemporaryDirectory() as folder:
        fresh = run(read(path), Path(folder))
    fresh.metadata.clear()
    fresh.metadata.update(PLAIN)
    for cell in fresh.cells:
        cell.metadata = {}
        for output in cell.get("outputs", []):
            if "image/png" in output.get("data", {}):
                output.data["image/png"] = lighter(output.data["image/png"])
    nbformat.validate(fresh)
    text: str = nbformat.writes(fresh)  # type: ignore[no-untyped-call]
    path.write_text(text.rstrip("\n") + "\n", encoding="utf-8")


def lighter(picture: str) -> str:
    """Draw a picture in 128 colours, which is a third of its size."""
    with Image.open(io.BytesIO(base64.b64decode(picture))) as drawn:
        few = drawn.convert("RGB").quantize(128, dither=Image.Dither.NONE)
    out = io.BytesIO()
    few.save(out, "PNG", optimize=True)
    return base64.b64encode(out.getvalue()).decode() + "\n"


def texts(notebook: Any) -> Iterator[str]:
    """Whatever a reader can read in the outputs."""
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            yield output.get("text", "")
            yield "\n".join(output.get("traceback", []))
            for kind, said in output.get("data", {}).items():
                if not kind.startswith("image/png"):
                    yield said


def unwanted(notebook: Any, *places: str) -> list[str]:
    """What the outputs say that no reader should meet."""
    here = ("/tmp/", tempfile.gettempdir(), str(Path.home()), str(HOME), *places)
    said = "\n".join(texts(notebook))
    return [word for word in ("Traceback", "Warning", *here) if word in said]


def kinds(notebook: Any) -> list[list[str]]:
    """What sorts of output each code cell has."""
    return [
        [" ".join(sorted(o.get("data", [o.output_type]))) for o in cell.outputs]
        for cell in notebook.cells
        if cell.cell_type == "code"
    ]


@pytest.fixture(scope="module", params=NOTEBOOKS, ids=lambda path: path.stem)
def kept(request: pytest.FixtureRequest) -> Any:
    return read(request.param)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("notebook")


@pytest.fixture(scope="module")
def fresh(kept: Any, folder: Path) -> Any:
    """The notebook as it runs today; a cell that fails raises here."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("IPYTHONDIR", str(folder / "ipython"))
        return run(kept, folder)


def test_notebooks_are_numbered_from_one_without_a_gap() -> None:
    names = [path.name for path in NOTEBOOKS]
    assert names, "there is no notebook"
    assert all(re.fullmatch(r"\d\d-[a-z0-9-]+\.ipynb", name) for name in names)
    assert [int(name[:2]) for name in names] == list(range(1, len(names) + 1))


def test_runs_to_its_end_and_leaves_nothing_behind(fresh: Any, folder: Path) -> None:
    codes = [cell for cell in fresh.cells if cell.cell_type == "code"]
    assert all(cell.execution_count for cell in codes)
    assert [p.name for p in folder.iterdir() if p.name != "ipython"] == []


def test_is_kept_with_the_outputs_of_every_cell(kept: Any, fresh: Any) -> None:
    assert kinds(kept) == kinds(fresh)


def test_is_kept_as_it_ran_from_top_to_bottom(kept: Any) -> None:
    counts = [c.execution_count for c in kept.cells if c.cell_type == "code"]
    assert counts == list(range(1, len(counts) + 1))


def test_is_kept_without_traces_of_when_and_where_it_ran(kept: Any) -> None:
    assert kept.metadata == PLAIN
    assert all(cell.metadata == {} for cell in kept.cells)


def test_is_kept_without_a_fault_a_warning_or_a_place(kept: Any) -> None:
    assert unwanted(kept) == []


def test_runs_without_a_fault_a_warning_or_a_place(fresh: Any, folder: Path) -> None:
    assert unwanted(fresh, str(folder)) == []


def test_is_light_enough_for_a_browser() -> None:
    assert [p.name for p in NOTEBOOKS if p.stat().st_size > 600_000] == []


if __name__ == "__main__":
    for each in NOTEBOOKS:
        keep(each)
        print(f"{each.name}: run and kept, {each.stat().st_size:,} bytes")
