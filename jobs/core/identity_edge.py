"""What is known of who is who: every pair that was named, advanced by what the new rows name."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import reduce

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from conf.settings import Settings
from jobs.changes import Night, Step
from jobs.identity.evidence import KEY, NAMINGS, pairs, seen
from schemas.core.identity_edge import TABLE


def build(
    identity_binding: DataFrame,
    crm_member: DataFrame,
    social_event: DataFrame,
    shopping_event: DataFrame,
    *,
    day: date,
    settings: Settings,
) -> DataFrame:
    """All pairs that were ever named up to the day; nothing is left out or believed yet."""
    inputs = {
        "identity_binding": identity_binding,
        "crm_member": crm_member,
        "social_event": social_event,
        "shopping_event": shopping_event,
    }
    found = [seen(pairs(name, rows)) for name, rows in inputs.items()]
    return _edges(reduce(DataFrame.unionByName, found), day, settings)


def advance(night: Night, *, settings: Settings) -> Step:
    """The pairs whose first or last day the new rows change, or that lost rows; all others stay as they are."""
    changed = {name: _changed(night, name).localCheckpoint() for name in NAMINGS}
    keys = reduce(DataFrame.unionByName, (rows.select(*KEY) for rows in changed.values()))
    grown = reduce(DataFrame.unionByName, (rows.where("NOT is_less").drop("is_less") for rows in changed.values()))
    again = [_again(night, name, rows.where("is_less").select(*KEY)) for name, rows in changed.items()]
    known = night.before(grown).select(*KEY, F.col("first_day").alias("known_first"), F.col("last_day").alias("known_last"))
    longest = {
        "first_day": F.least("first_day", "known_first"),
        "last_day": F.greatest("last_day", "known_last"),
    }
    added = grown.join(known, list(KEY), "left").withColumns(longest).drop("known_first", "known_last")
    return Step(keys, _edges(reduce(DataFrame.unionByName, again, added), night.day, settings))


def _changed(night: Night, name: str) -> DataFrame:
    """One row per pair of which the rewritten partitions tell other days than they did: ``is_less`` where they tell fewer."""
    days = night.new_days(name)
    now = seen(pairs(name, night.now(name, days)))
    then = seen(pairs(name, night.then(name, [day for day in days if day <= night.last])))
    old = then.select(*KEY, F.struct("source", "first_day", "last_day").alias("old"))
    both = now.select(*KEY, F.struct("source", "first_day", "last_day").alias("new")).join(old, list(KEY), "full_outer")
    is_less = F.expr("new IS NULL OR new.first_day > old.first_day OR new.last_day < old.last_day")
    told = both.where(~F.col("new").eqNullSafe(F.col("old")))
    return told.select(*KEY, "new.*", F.coalesce(is_less, F.lit(False)).alias("is_less"))


def _again(night: Night, name: str, lost: DataFrame) -> DataFrame:
    """The pairs that lost rows, from everything that still names them; reads no history where there are none."""
    return seen(pairs(name, night.now(name)).join(F.broadcast(lost), list(KEY), "left_semi"))


def _edges(found: DataFrame, day: date, settings: Settings) -> DataFrame:
    sources = settings.identity.sources
    valid_days = _by_source({name: worth.valid_days for name, worth in sources.items()})
    told = {
        "day": F.lit(day),
        "expires_on": F.when(valid_days > 0, F.date_add("last_day", valid_days)),
        "confidence": _by_source({name: worth.confidence for name, worth in sources.items()}),
        "is_gone": F.lit(False),
    }
    return found.withColumns(told).select(*TABLE.column_names)


def _by_source(values: Mapping[str, float]) -> Column:
    return F.create_map(*(F.lit(told) for item in values.items() for told in item))[F.col("source")]
