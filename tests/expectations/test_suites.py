"""The suites say what the contracts say, and the kept files say what the suites say."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from expectations import rules
from expectations.derive import FOLDER, contract_rules, day_rules, suite
from expectations.rules import Rule
from expectations.suites import path, read, text, write_all
from schemas.catalogue import tables
from schemas.columns import DAY, HASH_EXAMPLE
from schemas.contract import Column, Privacy, Table

SMALL = Table(
    layer="core",
    name="small",
    doc="One thing.",
    key=("day", "thing_id"),
    columns=(
        DAY,
        Column("thing_id", "STRING", "Thing", Privacy.PSEUDONYM, example=HASH_EXAMPLE),
        Column("kind", "STRING", "Kind", nullable=True, allowed=("a", "b"), example="a"),
        Column("n_part", "BIGINT", "Parts", low=0, high=9, example=1),
        Column("attributes", "MAP<STRING,STRING>", "More", nullable=True, example={"k": "v"}),
    ),
)
EVERY_TABLE = pytest.mark.parametrize("table", tables().values(), ids=tables())


def test_a_contract_becomes_rules_on_columns_types_nulls_words_ranges_pseudonyms_and_key() -> None:
    assert contract_rules(SMALL) == (
        rules.columns_are(("day", "thing_id", "kind", "n_part", "attributes")),
        rules.of_type("day", "DateType"),
        rules.not_null("day"),
        rules.of_type("thing_id", "StringType"),
        rules.not_null("thing_id"),
        rules.matches("thing_id", "^[0-9a-f]{64}$"),
        rules.of_type("kind", "StringType"),
        rules.in_set("kind", ("a", "b")),
        rules.of_type("n_part", "LongType"),
        rules.not_null("n_part"),
        rules.between("n_part", 0, 9),
        rules.of_type("attributes", "MapType"),
        rules.unique(("day", "thing_id")),
    )


def test_a_key_of_one_column_becomes_plain_uniqueness() -> None:
    assert rules.unique(("day",)) == Rule("expect_column_values_to_be_unique", {"column": "day"})


def test_an_open_range_names_only_the_end_that_it_has() -> None:
    assert rules.between("n_part", low=0).kwargs == {"column": "n_part", "min_value": 0}


@EVERY_TABLE
def test_the_kept_suite_is_the_one_that_contract_and_rules_give(table: Table) -> None:
    assert path(table).read_text("utf-8") == text(table), "run `python -m expectations`"


@EVERY_TABLE
def test_rules_name_only_columns_of_their_table_and_say_nothing_twice(table: Table) -> None:
    named = {name for rule in day_rules(table) for name in rule.subject.split(", ") if name}
    assert named <= set(table.column_names)
    ids = [expectation["id"] for expectation in suite(table)["expectations"]]
    assert len(ids) == len(set(ids))


def test_no_suite_and_no_rules_are_kept_for_a_table_that_is_not_there() -> None:
    known = {(table.layer, table.name) for table in tables().values()}
    assert {(file.parent.name, file.stem) for file in FOLDER.glob("*/*.json")} == known
    assert {(file.parent.name, file.stem) for layer, _ in known for file in (FOLDER / layer).glob("[a-z]*.py")} <= known


def test_writing_makes_the_kept_files_again_and_clears_what_is_left_over(tmp_path: Path) -> None:
    left_over = tmp_path / "core" / "gone.json"
    left_over.parent.mkdir()
    left_over.write_text("{}")
    write_all(tmp_path)
    made = {file.relative_to(tmp_path): file.read_bytes() for file in tmp_path.glob("*/*")}
    assert made == {file.relative_to(FOLDER): file.read_bytes() for file in FOLDER.glob("*/*.json")}


def test_gx_finds_and_takes_every_suite_in_the_folder_as_it_is() -> None:
    import great_expectations
    from great_expectations.data_context.store.expectations_store import ExpectationsStore

    great_expectations.get_context(mode="ephemeral")
    backend = {
        "class_name": "TupleFilesystemStoreBackend",
        "base_directory": str(FOLDER),
        "suppress_store_backend_id": True,
    }
    store = ExpectationsStore(store_backend=backend)
    found = {".".join(key.to_tuple()): store.deserialize_suite_dict(store.get(key)) for key in store.list_keys()}
    assert found.keys() == tables().keys()
    for name, taken in found.items():
        ours = read(tables()[name])["expectations"]
        assert [(rule.id, rule.expectation_type, rule.severity) for rule in taken.expectations] == [
            (rule["id"], rule["type"], rule["severity"]) for rule in ours
        ]


def test_dags_can_read_suites_within_a_second_and_without_gx_or_spark() -> None:
    code = (
        "import sys, time; from expectations.derive import suite; from schemas.catalogue import tables;"
        "[suite(table) for table in tables().values()];"
        "print(time.process_time(), *{'great_expectations', 'pyspark', 'pandas', 'mlflow'} & sys.modules.keys())"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=FOLDER.parent, capture_output=True, text=True, check=True)
    seconds, *loaded = done.stdout.split()
    assert loaded == []
    assert float(seconds) < 1
