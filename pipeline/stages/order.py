"""The five stages in a line, in the order they run."""

from __future__ import annotations

from .build import build
from .calibrate import calibrate
from .explain import explain
from .intake import intake
from .train import train

STAGES = (intake, build, train, calibrate, explain)
