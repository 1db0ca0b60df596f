"""What the tests of features share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.features.loom import Loom


@pytest.fixture(scope="module")
def loom() -> Iterator[Loom]:
    """One engine for the small worlds of a module."""
    made = Loom()
    yield made
    made.engine.close()
