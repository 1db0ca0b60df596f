"""Champions in the registry: one call moves the alias, and every turn is on record."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from features.errors import ModelError, RunError
from pipeline.registering.registry import (
    PROMOTED,
    ROLLED_BACK,
    Turn,
    champions,
    find_version,
    make_champion,
    roll_back,
    turns,
    version_of_run,
)
from pipeline.registering.tracking import registry
from pipeline.sections import Config
from tests.pipeline.demo_run import RUN, Demo
from tests.pipeline.registries import (
    champion,
    house,
    mlflows_own_warnings,
    registered,
)

AT = "2026-07-03T08:00:00+00:00"
BACK = Turn("", None, AT, "ann", ROLLED_BACK, because="complaints")


@pytest.fixture(scope="module")
def three(demo: Demo, tmp_path_factory: pytest.TempPathFactory) -> Config:
    """A registry with three versions of one scorer."""
    config = house(demo, tmp_path_factory.mktemp("three"))
    assert [registered(config, RUN).version for _ in range(3)] == ["1", "2", "3"]
    return config


@pytest.fixture
def config(three: Config) -> Iterator[Config]:
    """The registry without a champion, and without a memory of one."""
    with mlflows_own_warnings():
        with registry(three) as client:
            name = three.run.model
            if "champion" in client.get_registered_model(name).aliases:
                client.delete_registered_model_alias(name, "champion")
            for tag in client.get_registered_model(name).tags:
                client.delete_registered_model_tag(name, tag)
        yield three


def _promoted(config: Config, *versions: str) -> None:
    for version in versions:
        make_champion(config, Turn(version, None, AT, "ann", PROMOTED))


def test_a_registry_without_a_champion_has_none(config: Config) -> None:
    assert find_version(config, "champion") is None
    assert turns(config) == []
    with pytest.raises(RunError, match="records 0 promotions"):
        roll_back(config, None, BACK)


def test_a_version_is_found_by_the_bytes_of_its_run(config: Config, demo: Demo) -> None:
    from pipeline.bundle import source_of_run

    found = version_of_run(config, source_of_run(demo.run))
    assert found is not None
    assert (found.version, found.run) == ("3", RUN)  # the newest of three alike


def test_who_replaced_whom_is_on_record(config: Config) -> None:
    waived = Turn("2", None, AT, "bob", PROMOTED, ("LL203",), "a known twin")
    _promoted(config, "1")
    make_champion(config, waived)
    assert champion(config) == "2"
    first, second = turns(config)
    assert (first.version, first.replaced, first.done) == ("1", None, True)
    assert (second.version, second.replaced, second.by) == ("2", "1", "bob")
    assert (second.despite, second.because) == (("LL203",), "a known twin")
    with registry(config) as client:
        tags = client.get_model_version(config.run.model, "2").tags
    assert tags["leadlight.despite"] == "LL203"
    assert tags["leadlight.because"] == "a known twin"


def test_rolling_back_goes_further_back_each_time(config: Config) -> None:
    _promoted(config, "1", "2", "3")
    assert roll_back(config, None, BACK).version == "2"
    assert roll_back(config, None, BACK).version == "1"
    assert champion(config) == "1"
    assert champions(turns(config)) == ["1"]
    last = turns(config)[-1]
    assert (last.how, last.replaced, last.because) == (ROLLED_BACK, "2", "complaints")


def test_any_earlier_champion_can_be_named(config: Config) -> None:
    _promoted(config, "1", "2", "3")
    assert roll_back(config, "1", BACK).version == "1"
    assert roll_back(config, "3", BACK).version == "3"  # it was champion as well
    assert champion(config) == "3"


def test_what_never_was_champion_is_not_gone_back_to(config: Config) -> None:
    _promoted(config, "1", "2")
    with pytest.raises(RunError, match=r"3 of leadlight is no earlier champion"):
        roll_back(config, "3", BACK)
    assert champion(config) == "2"


def test_a_changed_champion_is_not_gone_back_to(config: Config) -> None:
    _promoted(config, "1", "2")
    found = find_version(config, "1")
    assert found is not None
    whole = found.source.booster.read_bytes()
    flipped = bytearray(whole)
    flipped[len(whole) // 2] ^= 1
    found.source.booster.write_bytes(bytes(flipped))
    try:
        with pytest.raises(ModelError, match="is not the file that was written"):
            roll_back(config, None, BACK)
    finally:
        found.source.booster.write_bytes(whole)
    assert champion(config) == "2"


def _failing(monkeypatch: pytest.MonkeyPatch, method: str, *, after: bool) -> None:
    """Let a method of MLflow's client end the process, before or after its work."""
    import mlflow

    real = getattr(mlflow.MlflowClient, method)

    def killed(self: Any, *args: Any, **kwargs: Any) -> None:
        if after:
            real(self, *args, **kwargs)
        raise KeyboardInterrupt

    monkeypatch.setattr(mlflow.MlflowClient, method, killed)


def test_a_crash_before_the_alias_moves_leaves_the_old_champion(
    config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    _promoted(config, "1")
    with monkeypatch.context() as patch:
        _failing(patch, "set_registered_model_alias", after=False)
        with pytest.raises(KeyboardInterrupt):
            _promoted(config, "2")
    assert champion(config) == "1"
    assert [t.version for t in turns(config)] == ["1"]
    _promoted(config, "3")
    assert [(t.version, t.replaced) for t in turns(config)] == [("1", None), ("3", "1")]


def test_a_crash_after_the_alias_moved_loses_nothing(
    config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    _promoted(config, "1")
    with monkeypatch.context() as patch:
        _failing(patch, "set_registered_model_alias", after=True)
        with pytest.raises(KeyboardInterrupt):
            _promoted(config, "2")
    assert champion(config) == "2"
    assert [t.version for t in turns(config)] == ["1", "2"]
    _promoted(config, "3")
    assert [(t.version, t.replaced) for t in turns(config)] == [
        ("1", None), ("2", "1"), ("3", "2")
    ]  # fmt: skip


def test_a_record_that_was_tampered_with_is_one_sentence(config: Config) -> None:
    _promoted(config, "1")
    with registry(config) as client:
        name = config.run.model
        client.set_registered_model_tag(name, "leadlight.champion.000001", "{}")
    with pytest.raises(ModelError, match="record of the champions"):
        turns(config)


def test_without_a_registry_there_are_no_champions(config: Config) -> None:
    run = config.run.model_copy(update={"tracking": ""})
    alone = config.model_copy(update={"run": run})
    with pytest.raises(RunError, match=r"There is no registry: run\.tracking is ''"):
        turns(alone)


def test_an_alias_that_moves_does_not_move_what_was_opened(config: Config) -> None:
    """A night that began with one champion ends with it, and says which it was."""
    from pipeline.bundle import open_bundle
    from pipeline.registering.tracking import source_of_alias

    _promoted(config, "1")
    source = source_of_alias(config, "champion")
    _promoted(config, "2")
    assert open_bundle(source).version == "1"
    assert source_of_alias(config, "champion").version == "2"
