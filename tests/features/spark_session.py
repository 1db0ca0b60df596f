"""One Spark session for all tests of a module, or a plain word on why there is none."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

import pytest

from features.errors import LeadlightError
from features.spark import open_spark

Test = TypeVar("Test", bound=Callable[..., Any])

# pyspark 4.3 warns of pandas 3, and leaves sockets to be closed by the collector.
QUIET = [
    pytest.mark.filterwarnings("ignore:PySpark does not yet:FutureWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]


def in_spark(test: Test) -> Test:
    """Mark a test that needs Spark: it is slow, and of Spark's warnings we are deaf."""
    for mark in (pytest.mark.slow, *QUIET):
        test = mark(test)
    return test


@pytest.fixture(scope="module")
def spark() -> Iterator[Any]:
    """Spark on two cores; a test that asks for it is skipped where there is none."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        opened = open_spark("local[2]", 2e9)
        try:
            session = opened.__enter__()
        except LeadlightError as error:
            print(f"\nSpark is not tested: {error}")
            pytest.skip(str(error))
        yield session
        opened.__exit__(None, None, None)
