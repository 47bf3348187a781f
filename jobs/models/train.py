"""Trains the propensity model on what people did a horizon ago, and registers it with all that it was made from."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import structlog
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from conf.settings import Settings
from jobs.models import registry
from jobs.models.features import LABEL, NAMES
from jobs.models.registry import MODEL, TRAINED_ON, Champion
from jobs.stats.ranking import beats_chance
from schemas.catalogue import find
from schemas.contract import Table

if TYPE_CHECKING:
    import numpy as np
    import xgboost as xgb
    from mlflow.data.dataset import Dataset
    from mlflow.models.model import ModelInfo
    from numpy.typing import NDArray

    from jobs.lake import Lake

READS = ("core.user_brand_day", "core.order_line", "core.person", "landing.consent")
"""The tables that the examples come from; their Delta versions are logged with the run."""

MOST_ROWS = 1_000_000
"""Training sees at most about so many examples, whole people chosen by hash."""

_PARTS, _HELD_OUT = 4, 0
_TREES: dict[str, Any] = {
    "objective": "binary:logistic",
    "eval_metric": ["auc", "logloss"],
    "tree_method": "hist",
    "max_depth": 4,
    "eta": 0.1,
    "min_child_weight": 5,
    "subsample": 0.8,
    "colsample_bytree": 0.8,
    "nthread": 1,
}


@dataclass(frozen=True)
class Examples:
    """Features and labels in an order that does not depend on how Spark ran; ``held_out`` marks whole people."""

    features: NDArray[np.float64]
    label: NDArray[np.float64]
    held_out: NDArray[np.bool_]


def train(lake: Lake, settings: Settings, examples: DataFrame, *, day: date) -> Champion | None:
    """Train on ``features.labelled`` rows whose labels end on ``day``; the new model, or None where buyers are too few.

    A model that ranks the people held out no better than chance is refused as well; a warning in the log says why.
    """
    rows = collect(examples)
    buyers = int(rows.label.sum())
    log = structlog.get_logger().bind(model=MODEL, day=str(day), n_example=len(rows.label), n_buyer=buyers)
    if buyers < settings.model.least_buyers or not _can_judge(rows):
        log.warning("model_refused", why="too few buyers", least=settings.model.least_buyers)
        return None
    booster, metrics = fit(rows, settings)
    held_out = rows.label[rows.held_out]
    if not beats_chance(metrics["auc"], int(held_out.sum()), int((1 - held_out).sum())):
        log.warning("model_refused", why="no better than chance", auc=metrics["auc"])
        return None
    _log_run(lake, settings, booster, metrics, day)
    return registry.champion(lake, day)


def collect(examples: DataFrame) -> Examples:
    """The examples on the driver, sorted by person and brand."""
    import numpy as np

    lot = F.pmod(F.xxhash64("person_id", F.lit("train")), F.lit(1_000_000))
    part = F.pmod(F.xxhash64("person_id", F.lit("held out")), F.lit(_PARTS)).cast("double").alias("part")
    held = examples.persist()
    try:
        share = min(1.0, MOST_ROWS / max(held.count(), 1))
        chosen = held.where(lot < share * 1_000_000).select("person_id", "brand_id", *NAMES, LABEL, part).toArrow()
    finally:
        held.unpersist()
    ordered = chosen.sort_by([("person_id", "ascending"), ("brand_id", "ascending")])
    columns = {name: ordered[name].to_numpy() for name in (*NAMES, LABEL, "part")}
    features = np.column_stack([columns[name].astype(np.float64) for name in NAMES])
    return Examples(features, columns[LABEL], columns["part"] == _HELD_OUT)


def _can_judge(rows: Examples) -> bool:
    """True where buyers and others are both among the people held out and among the rest."""
    return all(part.any() and 0 < rows.label[part].mean() < 1 for part in (rows.held_out, ~rows.held_out))


def fit(rows: Examples, settings: Settings) -> tuple[xgb.Booster, dict[str, float]]:
    """Grow the trees on the people who were not held out, and judge them on those who were.

    One thread and a fixed seed, so that equal rows give equal bytes.
    """
    import xgboost as xgb

    seen, judged = (
        xgb.DMatrix(rows.features[part], rows.label[part], feature_names=list(NAMES), nthread=1)
        for part in (~rows.held_out, rows.held_out)
    )
    history: dict[str, dict[str, list[float]]] = {}
    booster = xgb.train(
        _TREES | {"seed": settings.model.seed},
        seen,
        settings.model.rounds,
        evals=[(judged, "held_out")],
        evals_result=history,
        verbose_eval=False,
    )
    return booster, _metrics(rows, {name: values[-1] for name, values in history["held_out"].items()})


def _metrics(rows: Examples, held_out: dict[str, float]) -> dict[str, float]:
    """Figures of the people held out, beside what always predicting the base rate would give."""
    base_rate = float(rows.label[~rows.held_out].mean())
    share = float(rows.label[rows.held_out].mean())
    return {
        "auc": held_out["auc"],
        "log_loss": held_out["logloss"],
        "base_log_loss": -share * math.log(base_rate) - (1 - share) * math.log(1 - base_rate),
        "base_rate": base_rate,
        "n_example": len(rows.label),
        "n_buyer": int(rows.label.sum()),
    }


def _log_run(lake: Lake, settings: Settings, booster: xgb.Booster, metrics: dict[str, float], day: date) -> None:
    client, experiment = registry.store(lake)
    import mlflow

    with mlflow.start_run(experiment_id=experiment, run_name=f"{MODEL} {day}"):
        mlflow.log_params({**_TREES, **settings.model.model_dump()})
        mlflow.log_metrics(metrics)
        mlflow.set_tags({TRAINED_ON: str(day), "code": version("brandcube")})
        for table in map(find, READS):
            mlflow.log_input(_dataset(lake, table), context="training")
        registry.register(client, _logged(booster), day)
    registry.crown(client)


def _dataset(lake: Lake, table: Table) -> Dataset:
    """A table's path and Delta version, without its rows."""
    from mlflow.data.delta_dataset_source import DeltaDatasetSource
    from mlflow.data.meta_dataset import MetaDataset

    source = DeltaDatasetSource(path=lake.path(table), delta_table_version=lake.version(table))
    return MetaDataset(source, name=table.full_name)  # type: ignore[abstract]


def _logged(booster: xgb.Booster) -> ModelInfo:
    """Log the booster as UBJ with its signature."""
    import mlflow.xgboost
    from mlflow.models import ModelSignature
    from mlflow.types import ColSpec, Schema

    inputs = Schema([ColSpec("double", name, required=False) for name in NAMES])
    logged: ModelInfo = mlflow.xgboost.log_model(
        booster,
        name=MODEL,
        model_format="ubj",
        signature=ModelSignature(inputs, Schema([ColSpec("double", "score")])),
        pip_requirements=[f"xgboost-cpu=={version('xgboost-cpu')}"],
    )
    return logged
