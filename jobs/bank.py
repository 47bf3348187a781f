"""An open brand-data bank: settings, keys, the warm session and the lake, as every command needs them."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pyspark.sql import SparkSession

from conf.settings import Settings, load
from jobs.brand_keys import BrandKeys
from jobs.lake import Lake, check_version
from jobs.privacy import KeyRing, register_keys
from jobs.session import open_session


@dataclass(frozen=True)
class Bank:
    """What a command works with; one session serves all that a process does."""

    settings: Settings
    ring: KeyRing
    spark: SparkSession
    lake: Lake

    @classmethod
    def open(cls, root: Path, environment: str = "local") -> Bank:
        """Open the lake under ``root``, or make one; what is wrong with settings, lake or keys is said before Spark starts."""
        loaded = load(environment)
        check_version(root)
        root.parent.mkdir(parents=True, exist_ok=True)
        ring = KeyRing.load(loaded, root)
        settings = _onboard(loaded, root)
        spark = open_session(settings, logs(root) / "spark.log")
        register_keys(spark, ring, settings)
        return cls(settings, ring, spark, Lake(spark, root))


def _onboard(settings: Settings, root: Path) -> Settings:
    """The settings without the brands that were offboarded from this lake: nothing is made for them."""
    keys = BrandKeys.beside(root)
    brands = {name: brand for name, brand in settings.brands.items() if not keys.is_offboarded(name)}
    return settings.model_copy(update={"brands": brands})


def logs(root: Path) -> Path:
    """The folder of a lake's logs, beside the lake."""
    return root.with_name(f"{root.name}.logs")


@contextmanager
def writing(root: Path) -> Iterator[None]:
    """Hold the lake's lock: one writer at a time, the others wait."""
    logs(root).mkdir(parents=True, exist_ok=True)
    with (logs(root) / "writer.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
