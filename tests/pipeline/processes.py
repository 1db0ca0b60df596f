"""``leadlight`` in processes of its own, forked from one that has imported it all.

Why forked: importing everything takes seconds, and there are dozens of commands to try.
Each child is a process like any other: it has its own exit code, can be killed, and can
take down nobody but itself. MLflow cannot be imported in any of them.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import IO, cast

ROOT = Path(__file__).parents[2]

_PARENT = """
import json, os, sys, traceback
import pipeline.running, pipeline.night.scoring, pipeline.listing, pipeline.why.page
import pipeline.why.asked, pipeline.why.terminal, pipeline.summary
from pipeline import cli

def child(asked):
    for stream, place in ((1, asked["out"]), (2, asked["err"])):
        os.dup2(os.open(place, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), stream)
    os.chdir(asked["cwd"])
    sys.argv = ["leadlight", *asked["args"]]
    code = 1
    try:
        exec(asked["first"], {})
        cli.main()
        code = 0
    except SystemExit as ended:
        code = ended.code or 0
    except BaseException:
        traceback.print_exc()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)  # without taking down all that was imported, piece by piece

while line := sys.stdin.readline():
    asked = json.loads(line)
    if "prepare" in asked:
        exec(asked["prepare"], {})
        continue
    if not (pid := os.fork()):
        child(asked)
    print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), flush=True)
"""


@dataclass(frozen=True)
class Done:
    """How a process ended; a negative code is the signal that killed it."""

    code: int
    out: str
    err: str

    @property
    def sentence(self) -> str:
        """What it said, if it stopped as it should: one line and exit code 1."""
        return self._last(1)

    @property
    def refusal(self) -> str:
        """What it said, if issues stood in the way: one line and exit code 4."""
        return self._last(4)

    def _last(self, code: int) -> str:
        assert self.code == code, (self.code, self.err)
        *_, last = self.err.splitlines()
        assert "Traceback" not in self.err
        assert last.startswith("leadlight: ")
        assert last.endswith((".", "?"))
        assert not last.endswith("?.")
        return last.removeprefix("leadlight: ")


class Leadlight:
    """The command line; call it with arguments, close it at the end."""

    def __init__(self, folder: Path) -> None:
        """Start importing; calls wait for it."""
        self._folder = folder
        (folder / "mlflow.py").write_text("raise ImportError('there is no MLflow')\n")
        self._parent = subprocess.Popen(
            [sys.executable, "-c", _PARENT],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=environment(folder),
            text=True,
        )

    def __call__(self, *args: str | Path, cwd: Path, first: str = "") -> Done:
        """Run a command in a folder.

        Parameters
        ----------
        first : str
            Python to be executed in the process before the command.
        """
        out, err = self._folder / "out", self._folder / "err"
        asked = {
            "args": [str(a) for a in args], "cwd": str(cwd), "first": first,
            "out": str(out), "err": str(err),
        }  # fmt: skip
        to, back = cast(IO[str], self._parent.stdin), cast(
            IO[str], self._parent.stdout
        )  # fmt: skip
        to.write(json.dumps(asked) + "\n")
        to.flush()
        code = int(back.readline())
        return Done(code, out.read_text("utf-8"), err.read_text("utf-8"))

    def prepare(self, python: str) -> None:
        """Execute something once for all the processes to come."""
        to = cast(IO[str], self._parent.stdin)
        to.write(json.dumps({"prepare": python}) + "\n")
        to.flush()

    def close(self) -> None:
        """Let the parent end."""
        self._parent.communicate()


def environment(*paths: Path) -> dict[str, str]:
    """Return the environment of a process that imports from ``paths`` first."""
    found = os.pathsep.join(str(p) for p in (*paths, ROOT))
    return {**os.environ, "PYTHONPATH": found, "OMP_NUM_THREADS": "1"}


def killed_at(file: str) -> str:
    """Return Python that kills the process just before a file comes into its place."""
    return killed_when(f"name == {file!r}")


def killed_when(condition: str) -> str:
    """Return Python that kills the process when a condition holds of a file's name."""
    return (
        "import os, signal, pathlib\n"
        "replace = pathlib.Path.replace\n"
        "def killing(self, target):\n"
        "    name = pathlib.Path(target).name\n"
        f"    if {condition}:\n"
        "        os.kill(os.getpid(), signal.SIGKILL)\n"
        "    return replace(self, target)\n"
        "pathlib.Path.replace = killing\n"
    )
