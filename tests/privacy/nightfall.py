"""A whole night with known people in it, in a process of its own whose event log is on: ``python -m … FOLDER``."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from py4j.protocol import Py4JError
from pyspark.errors import PySparkException
from pyspark.sql import functions as F
from structlog.stdlib import BoundLogger

from conf.errors import BrandcubeError, GateFailed
from conf.settings import Settings
from jobs import bank as banks
from jobs import console, session
from jobs.bank import Bank
from jobs.festival.world import generate
from jobs.landing.ingest import land
from jobs.night import make_runner, night
from jobs.privacy import JOINT, ROOT_VARIABLE, audience_hash, hmac_sha256, keyed_hash, pads
from jobs.serving.export import export
from jobs.serving.report import report
from schemas.catalogue import find
from tests.frames import frame
from tests.landing.sending import MEMBER
from tests.privacy.canaries import CONTROL, DAY, LITERAL_KEY, PEOPLE, ROOT, identifiers, plant

WORLD_PEOPLE, FIRST = 800, DAY - timedelta(days=17)
PERSON = find("core.person")
PRINTED = {
    "spark.sql.adaptive.enabled": "false",
    "spark.sql.codegen.factoryMode": "FALLBACK",
    "spark.sql.codegen.wholeStage": "true",
    "spark.sql.maxPlanStringLength": "10000000",
}
"""With these a query is compiled as it is for users, planned as a whole, and printed in full with what was compiled."""


def main(folder: Path) -> None:
    """Everything under ``folder``: the inbox (which may hold them), ``bank`` (which may not), ``control`` (which does)."""
    os.environ[ROOT_VARIABLE] = ROOT
    for name in ("bank/events", "control"):
        (folder / name).mkdir(parents=True)
    session._FIXED |= {  # noqa: SLF001
        "spark.eventLog.enabled": "true",
        "spark.eventLog.dir": (folder / "bank/events").as_uri(),
        "spark.local.dir": str(folder / "blocks"),
        "spark.shuffle.compress": "false",
    }
    generate(folder / "inbox", people=WORLD_PEOPLE, first=FIRST, last=DAY, seed=3, dirty=0.02)
    plant(folder / "inbox")
    log = console.log_to(banks.logs(folder / "bank/lake"))
    opened = Bank.open(folder / "bank/lake")
    bank = replace(opened, settings=_small(opened))
    for name in ("spark.sql.shuffle.partitions", "spark.databricks.delta.snapshotPartitions"):
        bank.spark.conf.set(name, "1")
    landed = land(bank.spark, bank.lake, bank.settings, source="all", path=folder / "inbox", day=DAY)
    print(landed, *landed.sentences(), sep="\n")
    for made in night(bank, DAY):
        print(made)
    _fail(bank, log)
    _deliver(bank, folder / "bank")
    _explain(bank)
    _break(bank, log, folder)
    _shuffle(bank, PEOPLE, folder / "bank/blocks")
    bank.spark.stop()
    _give_away(folder / "control")


def _small(bank: Bank) -> Settings:
    """Settings under which so few people make a model and lists."""
    settings = bank.settings
    model = settings.model.model_copy(update={"least_buyers": 5})
    activation = settings.activation.model_copy(update={"least_people": 2})
    brand = settings.destination("brand").model_copy(update={"least_people": 2})
    destinations = {**settings.destinations, "brand": brand}
    return settings.model_copy(update={"model": model, "activation": activation, "destinations": destinations})


def _fail(bank: Bank, log: BoundLogger) -> None:
    """A batch that holds known people where pseudonyms belong breaks its suite, and the trace goes into the log."""
    rows = [{"identifier_hash": identifiers(number)["phone"], "person_id": identifiers(number)["name"]} for number in PEOPLE]
    wrong = frame(bank.spark, PERSON, [item | {"identifier_type": identifiers(0)["email"]} for item in rows])
    runner = make_runner(bank)
    try:
        raise GateFailed(runner.gate.judge(PERSON, wrong, str(DAY)).sentence)
    except GateFailed as error:
        log.exception("stopped")
        print("gate:", error)
    runner.gate.publish()


def _break(bank: Bank, log: BoundLogger, folder: Path) -> None:
    """A landing of known people dies within Spark, because files of its table are gone; what that prints is kept."""
    plant(folder / "again", "again")
    table = Path(bank.lake.path(MEMBER))
    held = [path for path in sorted(table.rglob("*.parquet")) if "_delta_log" not in path.parts]
    for path in held:
        path.rename(path.with_suffix(".away"))
    try:
        land(bank.spark, bank.lake, bank.settings, source="all", path=folder / "again", day=DAY)
    except (Py4JError, PySparkException) as error:
        log.exception("failed")
        print("task:", error)
    for path in held:
        path.with_suffix(".away").rename(path)


def _deliver(bank: Bank, folder: Path) -> None:
    """Every brand's list, one brand's report, and what is said where there is neither."""
    for brand_id in sorted(bank.settings.brands):
        print(export(bank.lake, bank.settings, brand_id=brand_id, destination="brand", day=DAY))
    print(report(bank.lake, bank.settings, brand_id=brand_id, festival=2015, out=folder / "report.html"))
    try:
        export(bank.lake, bank.settings, brand_id=brand_id, destination="brand", day=FIRST)
    except BrandcubeError as error:
        print("not made:", error)


def _explain(bank: Bank) -> None:
    """Every way to print a query over the keys, in full and after it ran, generated code included."""
    for key, value in PRINTED.items():
        bank.spark.conf.set(key, value)
    hashed = bank.lake.read(PERSON).select(
        *(keyed_hash(F.col("person_id"), purpose) for purpose in JOINT),
        *(audience_hash(F.col("person_id"), brand_id) for brand_id in bank.settings.brands),
    )
    hashed.collect()
    for mode in ("simple", "extended", "codegen", "cost", "formatted"):
        hashed.explain(mode=mode)


def _shuffle(bank: Bank, numbers: Sequence[int], kept: Path) -> None:
    """Send known people from task to task, and keep what lies then where Spark keeps what it sends."""
    people = bank.spark.createDataFrame([tuple(identifiers(number).values()) for number in numbers])
    people.repartition(2).write.format("noop").mode("overwrite").save()
    shutil.copytree(str(bank.spark.conf.get("spark.local.dir")), kept, ignore=shutil.ignore_patterns("spark-*"))


def _give_away(folder: Path) -> None:
    """What must never be done: a known person and a key as literals of a query, in an exception, shuffled in the clear."""
    session._FIXED |= {"spark.eventLog.dir": folder.as_uri(), "spark.io.encryption.enabled": "false"}  # noqa: SLF001
    bank = Bank.open(folder / "lake")
    who = identifiers(CONTROL)
    inner, outer = pads(LITERAL_KEY)
    print_to = folder / "explained"
    rows = bank.spark.range(1).withColumn("text", F.lit(who["phone"]))
    hashed = rows.select(hmac_sha256(F.hex("text"), F.lit(inner), F.lit(outer)), F.col("text") == who["email"])
    hashed.write.format("noop").mode("overwrite").save()
    try:
        rows.select(F.col("text").cast("INT")).collect()
    except PySparkException as error:
        print_to.write_text(str(error))
    _shuffle(bank, [CONTROL], folder / "blocks")
    bank.spark.stop()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
