"""Training, the register and scoring, on people whose buying is planted."""

from __future__ import annotations

import random
import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path

import mlflow
import numpy as np
import pytest
import xgboost as xgb
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from conf.settings import Settings
from jobs.lake import Lake
from jobs.mart import propensity
from jobs.models import registry
from jobs.models.champion import Champion
from jobs.models.features import LABEL, NAMES, described
from jobs.models.train import collect, fit, train
from schemas.catalogue import find
from tests.frames import frame

DAY = date(2015, 10, 31)
N = 1500


def planted(spark: SparkSession, n: int = N, buying: float = 0.3) -> DataFrame:
    """People whose chance to buy rises with what they touched of the brand lately; all else is noise."""
    lot = random.Random(7)
    rows = []
    for number in range(n):
        values = {name: float(lot.randrange(5)) for name in NAMES}
        chance = buying * (values["brand_n_touch_7d"] / 4) ** 2
        rows.append((f"p{number:05}", "b01", *values.values(), float(lot.random() < chance)))
    ddl = ", ".join(["person_id STRING", "brand_id STRING", *(f"{name} DOUBLE" for name in (*NAMES, LABEL))])
    return spark.createDataFrame(rows, ddl)


@pytest.fixture(scope="module")
def trained(spark: SparkSession, settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> tuple[Lake, Champion]:
    """A lake whose register holds one model of planted buyers."""
    lake = Lake(spark, tmp_path_factory.mktemp("models") / "lake")
    person = find("core.person")
    lake.replace(person, frame(spark, person, [{"day": str(DAY)}]), [DAY], {})
    champion = train(lake, settings, planted(spark), day=DAY)
    assert champion is not None
    return lake, champion


def test_the_model_tells_buyers_better_than_the_base_rate(trained: tuple[Lake, Champion]) -> None:
    metrics = newest_run(trained[0]).data.metrics

    assert metrics["auc"] > 0.65
    assert metrics["log_loss"] < metrics["base_log_loss"]
    assert metrics["n_example"] == N


def test_the_run_names_its_tables_versions_signature_and_alias(trained: tuple[Lake, Champion]) -> None:
    lake, champion = trained
    client, _ = registry.store(lake)
    logged = newest_run(lake).inputs
    assert logged is not None
    inputs = {item.dataset.name: item.dataset.source for item in logged.dataset_inputs}
    version = client.get_model_version_by_alias("propensity", "champion")

    assert '"delta_table_version": 1' in inputs["core.person"]
    assert "core/person" in inputs["core.person"]
    assert {"core.order_line", "core.user_brand_day"} <= inputs.keys()
    assert (str(version.version), champion.version, champion.features) == ("1", "1", NAMES)
    assert version.tags["trained_on"] == str(DAY)


def test_the_files_of_a_model_hold_no_pickle(trained: tuple[Lake, Champion]) -> None:
    names = {path.suffix for path in (trained[0].root / "mlflow" / "artifacts").rglob("*") if path.is_file()}

    assert ".ubj" in names
    assert not names & {".pkl", ".pickle", ".cloudpickle", ".joblib"}


def test_equal_rows_give_equal_bytes(spark: SparkSession, settings: Settings) -> None:
    first, again = (fit(collect(planted(spark).repartition(parts)), settings)[0].save_raw("ubj") for parts in (1, 3))

    assert first == again


def test_no_person_is_both_learned_from_and_held_out(spark: SparkSession) -> None:
    twice = planted(spark, 200).unionByName(planted(spark, 200))
    held_out = collect(twice).held_out.reshape(-1, 2)

    assert (held_out[:, 0] == held_out[:, 1]).all()
    assert 0.1 < held_out.mean() < 0.4


def test_too_few_buyers_make_no_model(spark: SparkSession, settings: Settings, lake: Lake) -> None:
    assert train(lake, settings, planted(spark, 100), day=DAY) is None
    assert registry.champion(lake) is None
    assert registry.is_due(lake, settings, DAY)


def test_noise_makes_no_model(spark: SparkSession, settings: Settings, lake: Lake) -> None:
    noise = planted(spark, 600).withColumn(LABEL, (F.crc32("person_id") % 10 < 3).cast("double"))

    assert train(lake, settings, noise, day=DAY) is None


def test_a_model_is_due_again_after_so_many_days_and_earlier_days_know_none(
    trained: tuple[Lake, Champion], settings: Settings
) -> None:
    lake, champion = trained

    assert not registry.is_due(lake, settings, DAY)
    assert not registry.is_due(lake, settings, date(2015, 11, 6))
    assert registry.is_due(lake, settings, date(2015, 11, 7))
    assert registry.champion(lake, DAY) == champion
    assert registry.champion(lake, date(2015, 10, 30)) is None


def test_an_earlier_night_scores_with_the_model_that_it_had(
    spark: SparkSession, settings: Settings, trained: tuple[Lake, Champion], tmp_path: Path
) -> None:
    shutil.copytree(trained[0].root, tmp_path / "lake")
    moved = Lake(spark, tmp_path / "lake")
    later = train(moved, settings, planted(spark, buying=0.5), day=date(2015, 11, 7))

    assert later is not None
    assert later.version == "2"
    assert registry.champion(moved) == later
    assert registry.champion(moved, DAY) == trained[1]
    assert registry.champion(trained[0]) == trained[1]


def test_scores_in_spark_equal_the_model_s_own(spark: SparkSession, settings: Settings, trained: tuple[Lake, Champion]) -> None:
    people = [{"person_id": f"p{number}", "n_touch_7d": number} for number in range(5)]
    stage = frame(spark, find("mart.brand_stage"), people)
    portrait = frame(spark, find("mart.user_portrait"), [{"person_id": row["person_id"]} for row in people])

    scores = propensity.build(stage, portrait, settings=settings, model=trained[1]).orderBy("person_id").collect()

    known = described(stage, portrait).orderBy("person_id").select(*NAMES).toPandas().to_numpy(np.float64)
    booster = xgb.Booster(model_file=bytearray(trained[1].ubj))
    expected = booster.predict(xgb.DMatrix(known, feature_names=list(NAMES)))
    assert [row.score for row in scores] == pytest.approx(expected.tolist(), rel=1e-6)
    assert {row.model_version for row in scores} == {"1"}
    assert scores[4].score > scores[0].score


def test_without_a_model_nobody_is_scored(spark: SparkSession, settings: Settings) -> None:
    stage, portrait = frame(spark, find("mart.brand_stage"), [{}]), frame(spark, find("mart.user_portrait"), [{}])

    found = propensity.build(stage, portrait, settings=settings, model=None)

    assert (found.columns, found.count()) == (list(find("mart.propensity").column_names), 0)


def test_a_champion_does_not_print_its_bytes(trained: tuple[Lake, Champion]) -> None:
    assert "ubj" not in repr(replace(trained[1], version="9"))


def newest_run(lake: Lake) -> mlflow.entities.Run:
    client, experiment = registry.store(lake)
    return client.search_runs([experiment], max_results=1)[0]
