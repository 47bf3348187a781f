"""The register of models: an MLflow store inside the lake, from which each day takes the model that was known then."""

from __future__ import annotations

import logging
import os
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from conf.settings import Settings
from jobs.models.champion import Champion

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities.model_registry import ModelVersion
    from mlflow.models.model import ModelInfo

    from jobs.lake import Lake

__all__ = ["Champion", "champion", "crown", "is_due", "register", "store"]

MODEL = "propensity"
ALIAS = "champion"
TRAINED_ON = "trained_on"
"""The tag of a model version that holds the last day that its training saw."""

_QUIET = {
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "DO_NOT_TRACK": "true",
    "GIT_PYTHON_REFRESH": "quiet",
}
_CHATTY = ("mlflow", "mlflow.store.db.utils", "alembic")


def champion(lake: Lake, day: date | None = None) -> Champion | None:
    """The newest model whose training had ended by ``day``, or the newest of all; None where there is none.

    Asking by day makes an earlier night, run again, score with the model that it had.
    """
    found = _known(lake, day)
    if not found:
        return None
    folder = _files(lake, found[-1])
    return Champion(str(found[-1].version), _trained_on(found[-1]), _features(folder), (folder / "model.ubj").read_bytes())


def is_due(lake: Lake, settings: Settings, day: date) -> bool:
    """True where no model is known by the day, or the last one was trained ``retrain_days`` ago or longer."""
    found = _known(lake, day)
    return not found or day - _trained_on(found[-1]) >= timedelta(days=settings.model.retrain_days)


def store(lake: Lake) -> tuple[MlflowClient, str]:
    """The store's client and the experiment that new runs belong to; made where there is none.

    A lake that was moved gets a new experiment, because MLflow keeps the absolute path of an experiment's artifacts.
    """
    client = _client(lake)
    artifacts = (_folder(lake) / "artifacts").as_uri()
    name = f"{MODEL} in {lake.root}"
    known = client.get_experiment_by_name(name)
    return client, known.experiment_id if known else client.create_experiment(name, artifact_location=artifacts)


def register(client: MlflowClient, logged: ModelInfo, day: date) -> str:
    """Make a logged model the next version of the registered one, and return that version."""
    if not client.search_registered_models(f"name = '{MODEL}'"):
        client.create_registered_model(MODEL)
    tags = {TRAINED_ON: str(day)}
    made = client.create_model_version(MODEL, logged.model_uri, logged.run_id, tags=tags, model_id=logged.model_id)
    return str(made.version)


def crown(client: MlflowClient) -> str:
    """Point the alias at the version that was trained on the latest day, and return it."""
    best = str(_in_order(client)[-1].version)
    client.set_registered_model_alias(MODEL, ALIAS, best)
    return best


def _known(lake: Lake, day: date | None) -> list[ModelVersion]:
    """The model versions by the day, oldest training first."""
    if not (_folder(lake) / "mlflow.db").exists():
        return []
    return [version for version in _in_order(_client(lake)) if day is None or _trained_on(version) <= day]


def _in_order(client: MlflowClient) -> list[ModelVersion]:
    tagged = [version for version in client.search_model_versions(f"name = '{MODEL}'") if TRAINED_ON in version.tags]
    return sorted(tagged, key=lambda version: (_trained_on(version), int(version.version)))


def _trained_on(version: ModelVersion) -> date:
    return date.fromisoformat(version.tags[TRAINED_ON])


def _client(lake: Lake) -> MlflowClient:
    for name, value in _QUIET.items():
        os.environ.setdefault(name, value)
    import mlflow

    for name in _CHATTY:
        logging.getLogger(name).setLevel(logging.WARNING)
    _folder(lake).mkdir(parents=True, exist_ok=True)
    uri = f"sqlite:///{_folder(lake) / 'mlflow.db'}"
    mlflow.set_tracking_uri(uri)
    return mlflow.MlflowClient(uri)


def _folder(lake: Lake) -> Path:
    return lake.root / "mlflow"


def _files(lake: Lake, version: ModelVersion) -> Path:
    """The folder of the model's files in this lake, wherever the lake was when they were written."""
    model_id = str(version.source).rpartition("/")[2]
    return _folder(lake) / "artifacts" / "models" / model_id / "artifacts"


def _features(folder: Path) -> tuple[str, ...]:
    """The feature names of the model's signature, in their order."""
    from mlflow.models import Model

    signature = Model.load(str(folder)).signature
    return tuple(signature.inputs.input_names()) if signature else ()
