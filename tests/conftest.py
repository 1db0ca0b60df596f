"""What all tests share."""

from __future__ import annotations

import os

# As the command line does: read once, when LightGBM is loaded.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
