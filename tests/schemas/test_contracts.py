"""What must hold of every contract, and of the graph that they form."""

from __future__ import annotations

import inspect
import re
from datetime import date, datetime
from importlib import import_module

import pytest
from pyspark.sql import SparkSession

from jobs.lake import schema
from schemas.catalogue import build_order, find, layer, tables
from schemas.contract import LAYERS, Column, IdentifierType, Privacy, Table, window

ALL = list(tables().values())
BUILT = [table for table in ALL if table.inputs]
NAMES = [table.full_name for table in ALL]
SUFFIX_TYPES = {"_fen": "BIGINT", "_at": "TIMESTAMP", "_share": "DOUBLE", "_hash": "STRING", "_id": "STRING"}


@pytest.mark.parametrize("table", ALL, ids=NAMES)
def test_a_file_holds_the_table_of_its_own_name(table: Table) -> None:
    assert table == import_module(f"schemas.{table.layer}.{table.name}").TABLE


@pytest.mark.parametrize("table", ALL, ids=NAMES)
def test_key_and_partition_are_columns(table: Table) -> None:
    assert set(table.column_names) >= {*table.key, table.partitioned_by, "day"}
    assert len(set(table.column_names)) == len(table.columns)
    assert not any(table.column(name).nullable for name in table.key)


@pytest.mark.parametrize("table", ALL, ids=NAMES)
def test_the_ddl_is_what_spark_reads(spark: SparkSession, table: Table) -> None:
    assert schema(table).names == list(table.column_names)


@pytest.mark.parametrize("column", [pytest.param(c, id=f"{t.full_name}.{c.name}") for t in ALL for c in t.columns])
def test_the_example_obeys_its_own_column(column: Column) -> None:
    if column.example is None:
        return
    assert not column.allowed or column.example in column.allowed
    assert not column.pattern or re.match(column.pattern, str(column.example))
    if isinstance(column.example, int | float):
        assert column.low is None or column.example >= column.low
        assert column.high is None or column.example <= column.high
    if column.type == "DATE":
        date.fromisoformat(str(column.example))
    if column.type == "TIMESTAMP":
        datetime.fromisoformat(str(column.example))


@pytest.mark.parametrize("table", ALL, ids=NAMES)
def test_names_follow_the_grammar(table: Table) -> None:
    for column in table.columns:
        assert re.fullmatch(r"[a-z][a-z0-9_]*", column.name)
        for suffix, kind in SUFFIX_TYPES.items():
            assert column.name.startswith("n_") or not column.name.endswith(suffix) or column.type == kind, column.name
        if column.name.startswith(("is_", "has_")):
            assert column.type == "BOOLEAN"
        if column.name.endswith("_hash"):
            assert column.privacy >= Privacy.PSEUDONYM


def test_raw_identity_stands_in_the_vault_alone() -> None:
    holders = {table.full_name for table in ALL for column in table.columns if column.privacy == Privacy.IDENTITY}
    assert holders == {"landing.vault"}
    assert not [table.full_name for table in BUILT if "landing.vault" in {item.table for item in table.inputs}]


def test_every_identifier_type_is_known_and_only_landing_takes_raw_ones() -> None:
    for table in ALL:
        for column in table.identifiers:
            assert table.layer == "landing"
            assert column.identifier in IdentifierType.ALL
            assert column.raw_name != column.name


def test_the_same_column_means_the_same_everywhere() -> None:
    kinds: dict[str, set[str]] = {}
    for table in ALL:
        for column in table.columns:
            kinds.setdefault(column.name, set()).add(column.type)
    assert {name: types for name, types in kinds.items() if len(types) > 1} == {}


def test_inputs_exist_and_come_from_the_same_or_a_lower_layer() -> None:
    for table in BUILT:
        for item in table.inputs:
            assert LAYERS.index(find(item.table).layer) <= LAYERS.index(table.layer)


def test_the_build_order_makes_each_input_first() -> None:
    made: set[str] = set()
    for table in build_order():
        today = {item.table for item in table.inputs if isinstance(item.days, str) or 0 in item.days}
        assert {name for name in today if find(name).inputs} - {table.full_name} <= made
        made.add(table.full_name)
    assert made == {table.full_name for table in BUILT}


@pytest.mark.parametrize("table", BUILT, ids=[table.full_name for table in BUILT])
def test_a_build_takes_what_its_contract_names(table: Table) -> None:
    signature = inspect.signature(import_module(f"jobs.{table.layer}.{table.name}").build)
    named = [item.name for item in table.inputs]
    day = [] if table.is_day_local else ["day"]
    assert list(signature.parameters) == [*named, *day, "settings", *table.needs]
    keywords = [name for name, item in signature.parameters.items() if item.kind is inspect.Parameter.KEYWORD_ONLY]
    assert keywords == [*day, "settings", *table.needs]


def test_a_window_counts_its_own_day() -> None:
    assert window(3) == (0, -1, -2)


def test_an_unknown_table_is_named() -> None:
    with pytest.raises(LookupError, match="no table is named 'core.nothing'"):
        find("core.nothing")


def test_layers_hold_their_tables() -> None:
    assert sum(len(layer(name)) for name in LAYERS) == len(ALL)
