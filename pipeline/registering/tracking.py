"""MLflow: the record of runs and the registry of scorers. The only door to it.

The registered model is self-contained: a copy of ``models/served.py``, the booster's
text and the contract. Nothing is pickled, and nothing of ours is imported by it.
Who is champion, and who was, is the matter of :mod:`pipeline.registering.registry`.
"""

from __future__ import annotations

import logging
import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import models.served
from features.errors import ModelError, RunError

from ..artefacts import (
    CALIBRATION,
    CHECKS,
    CONSEQUENCES,
    CUTOFFS,
    IMPORTANCE,
    LADDER,
    MATURITY,
    QUALITY,
    SIGNALS_PAGE,
    STABILITY,
)
from ..bundle import Source
from ..sections import Config
from ..stage import MANIFEST
from .metrics import beyond, metrics_of
from .parts import (
    AGAINST_TAG,
    DIGESTS,
    FAMILIARITY_TAG,
    PARTS,
    PRECEDENTS_TAG,
    files_of,
    tags_of,
)
from .parts import BOOSTER_TAG as BOOSTER_TAG  # the registry looks here
from .parts import CONTRACT_TAG as CONTRACT_TAG
from .relocation import ARTIFACTS, relocate

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities.model_registry import ModelVersion

CHALLENGER = "challenger"
CHAMPION = "champion"

RUN_TAG = "leadlight.run"  # the name of the run folder

_LOGGED = (
    MATURITY, LADDER, CALIBRATION, CUTOFFS, CONSEQUENCES, QUALITY, IMPORTANCE,
    STABILITY, SIGNALS_PAGE, CHECKS,
)  # fmt: skip

# What MLflow says where there is no such model, version or alias.
_ABSENT = ("RESOURCE_DOES_NOT_EXIST", "INVALID_PARAMETER_VALUE")


@dataclass(frozen=True)
class Registered:
    """A scorer in the registry."""

    name: str
    version: str
    run_id: str


def register(config: Config, folder: Path, quality: dict[str, Any]) -> Registered:
    """Record a finished run, register its scorer and make it the challenger.

    Parameters
    ----------
    folder : Path
        The run folder.
    quality : dict
        Figures by name, each with ``value``, ``low`` and ``high``.
    """
    with registry(config) as client:
        import mlflow

        experiment = _experiment(client, config)
        with mlflow.start_run(experiment_id=experiment, run_name=folder.name) as run:
            mlflow.log_params(_parameters(config))
            mlflow.log_metrics(metrics_of(quality, "test") | beyond(folder))
            for artefact in _LOGGED:
                if (folder / artefact.file).exists():
                    mlflow.log_artifact(str(folder / artefact.file))
            mlflow.log_artifact(str(folder / MANIFEST))
            found = _log_scorer(client, config, folder, run.info.run_id)
        for tag, value in {**tags_of(folder), RUN_TAG: folder.name}.items():
            client.set_model_version_tag(config.run.model, found, tag, value)
        client.set_registered_model_alias(config.run.model, CHALLENGER, found)
        return Registered(config.run.model, found, run.info.run_id)


def source_of_alias(config: Config, alias: str) -> Source:
    """Return the scorer that an alias of the registry points to.

    Raises
    ------
    ModelError
        When there is none, or the registry does not say what its files must be.
    RunError
        When the registry cannot be used.
    """
    with registry(config) as client:
        found = version_at(client, config.run.model, alias)
        if found is None:
            raise ModelError(_none_found(config.run.model, alias))
        return source_of(found)


def version_at(client: MlflowClient, name: str, called: str) -> ModelVersion | None:
    """Return the version that an alias points to, or of that number; None if none."""
    from mlflow.exceptions import MlflowException

    try:
        if called.isdecimal():
            return client.get_model_version(name, called)
        return client.get_model_version_by_alias(name, called)
    except MlflowException as error:
        if error.error_code in _ABSENT:
            return None
        raise


def source_of(found: ModelVersion) -> Source:
    """Return the scorer of a version of the registry, fetched where it is far away.

    Raises
    ------
    ModelError
        When the registry does not say what its files must be.
    """
    import mlflow

    place = f"models:/{found.name}/{found.version}"
    folder = Path(mlflow.artifacts.download_artifacts(place))
    booster, contract, familiarity, precedents = (
        next(iter(folder.rglob(Path(part.file).name)), None) for _, part, _ in PARTS
    )
    if booster is None or contract is None or not set(DIGESTS) <= set(found.tags):
        raise ModelError(
            f"Version {found.version} of {found.name} in the registry was not written "
            "by Leadlight: its booster, its contract or their digests are missing."
        )
    return Source(
        found.name,
        str(found.version),
        booster,
        contract,
        found.tags[BOOSTER_TAG],
        found.tags[CONTRACT_TAG],
        # Without its digest the file is as good as missing.
        familiarity if FAMILIARITY_TAG in found.tags else None,
        found.tags.get(FAMILIARITY_TAG, ""),
        precedents if PRECEDENTS_TAG in found.tags else None,
        found.tags.get(PRECEDENTS_TAG, ""),
        found.tags.get(AGAINST_TAG, ""),
    )


def _none_found(name: str, alias: str) -> str:
    if alias == CHAMPION:
        return (
            f"The registry holds no champion of {name!r} yet. Promote one, or score "
            "with `--model challenger` or with `--run FOLDER`."
        )
    return (
        f"The registry holds no {alias} of {name!r}. `leadlight run` registers one; "
        "or score with `--run FOLDER`."
    )


@contextmanager
def registry(config: Config) -> Iterator[MlflowClient]:
    """MLflow, pointed at the configured store, with pickles refused.

    Raises
    ------
    RunError
        When it cannot be used.
    """
    os.environ["MLFLOW_ALLOW_PICKLE_DESERIALIZATION"] = "false"
    # Under `mlflow run` it names a run of that command's store, which need not be ours.
    os.environ.pop("MLFLOW_RUN_ID", None)
    os.environ.setdefault("GIT_PYTHON_REFRESH", "quiet")
    os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
    # A server that does not answer is given up after seconds, not after minutes.
    os.environ.setdefault("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "2")
    os.environ.setdefault("MLFLOW_HTTP_REQUEST_TIMEOUT", "30")
    # Their progress is not ours to show.
    os.environ.setdefault("MLFLOW_LOGGING_LEVEL", "ERROR")
    os.environ.setdefault("MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR", "false")
    with warnings.catch_warnings():
        # MLflow warns of a class of its own when it is first imported.
        warnings.filterwarnings("ignore", message=".*type hint")
        import mlflow.pyfunc

    for name in ("alembic", "mlflow.store.db.utils"):
        logging.getLogger(name).setLevel(logging.ERROR)

    root = Path(config.run.folder).resolve()
    root.mkdir(parents=True, exist_ok=True)
    uri = _store(config.run.tracking, root)
    if uri != config.run.tracking:  # it lies with the runs, and moves with them
        relocate(Path(uri.removeprefix("sqlite:///")), root)
    try:
        mlflow.set_tracking_uri(uri)
        mlflow.set_registry_uri(uri)
        yield mlflow.MlflowClient()
    except _unusable() as error:
        said = (str(error).strip().splitlines() or ["no reason was given"])[0]
        raise RunError(
            f"The registry that run.tracking names cannot be used ({said.rstrip('.')})"
            ". Correct run.tracking, or set it to '' to do without a registry."
        ) from error


def _unusable() -> tuple[type[Exception], ...]:
    """What is raised by a store that is damaged, locked, or does not answer."""
    from mlflow.exceptions import MlflowException
    from sqlalchemy.exc import SQLAlchemyError

    return (MlflowException, SQLAlchemyError)


def has_store(config: Config) -> bool:
    """Whether there can be anything in the registry; of a server, that it can."""
    uri = _store(config.run.tracking, Path(config.run.folder).resolve())
    place = uri.removeprefix("sqlite:///")
    return place == uri or Path(place).exists()


def _store(uri: str, root: Path) -> str:
    """A relative SQLite file lies in the folder of the runs."""
    prefix = "sqlite:///"
    if uri.startswith(prefix) and not uri.startswith(prefix + "/"):
        return f"{prefix}{root / uri.removeprefix(prefix)}"
    if urlsplit(uri).password:
        raise ModelError(
            "run.tracking holds a password. Give it by MLFLOW_TRACKING_PASSWORD."
        )
    return uri


def _experiment(client: MlflowClient, config: Config) -> str:
    found = client.get_experiment_by_name(config.run.model)
    if found is not None:
        return str(found.experiment_id)
    place = Path(config.run.folder).resolve() / ARTIFACTS
    is_local = config.run.tracking.startswith("sqlite:")
    where = place.as_uri() if is_local else None
    return str(client.create_experiment(config.run.model, artifact_location=where))


def _log_scorer(client: MlflowClient, config: Config, folder: Path, run_id: str) -> str:
    """Log the scorer, register it, and return its version."""
    import mlflow
    from mlflow.exceptions import MlflowException

    needs = [f"{name}=={version(name)}" for name in ("lightgbm", "numpy", "pandas")]
    logged = mlflow.pyfunc.log_model(
        name="scorer",
        python_model=models.served.__file__,
        artifacts={name: str(path) for name, path, _ in files_of(folder)},
        pip_requirements=[*needs, f"mlflow=={version('mlflow')}"],
    )
    try:
        client.get_registered_model(config.run.model)
    except MlflowException:
        client.create_registered_model(config.run.model)
    made = client.create_model_version(
        config.run.model, logged.model_uri, run_id, model_id=logged.model_id
    )
    return str(made.version)


def _parameters(config: Config) -> dict[str, Any]:
    told = config.model_dump(mode="json")
    return {
        f"{section}.{key}": value
        for section in ("outcome", "snapshots", "train")
        for key, value in told[section].items()
        if value is not None
    }
