"""Scores people and brands in Spark with a model's native bytes, on Arrow batches."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

from pyspark.sql import DataFrame

from jobs.models.champion import Champion

if TYPE_CHECKING:
    import pyarrow as pa

SCORED = "day DATE, person_id STRING, brand_id STRING, score DOUBLE"


def scored(described: DataFrame, model: Champion) -> DataFrame:
    """One row per (day, person_id, brand_id) of ``features.described`` with the model's probability as ``score``."""
    needed = described.select("day", "person_id", "brand_id", *model.features)
    return needed.mapInArrow(_scorer(model.ubj, model.features), SCORED)


def _scorer(ubj: bytes, names: tuple[str, ...]) -> Callable[[Iterable[pa.RecordBatch]], Iterator[pa.RecordBatch]]:
    """A function of Arrow batches that loads the model once a task; it carries nothing but bytes and names."""

    def score(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        import numpy as np
        import pyarrow as pa
        import xgboost as xgb

        booster = xgb.Booster({"nthread": 1}, model_file=bytearray(ubj))
        for batch in batches:
            values = np.column_stack([batch.column(name).to_numpy(zero_copy_only=False) for name in names])
            predicted = booster.inplace_predict(values.astype(np.float64))
            found = [*(batch.column(name) for name in ("day", "person_id", "brand_id")), pa.array(predicted, pa.float64())]
            yield pa.RecordBatch.from_arrays(found, names=["day", "person_id", "brand_id", "score"])

    return score
