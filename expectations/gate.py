"""The gate: each batch goes through its suite in Great Expectations before it is written; a night's results become Data Docs.

What GX keeps says which rule held and which did not, never a value: results are asked for as ``BOOLEAN_ONLY``, and what Spark
says in an exception is left out before a result is stored. GX itself is loaded when the first gate is made (7 to 17 seconds).
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from expectations.rules import subject
from expectations.suites import read
from schemas.contract import Table

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

RESULT_FORMAT = "BOOLEAN_ONLY"
KEPT_RESULTS = 400
"""So many of the newest results stay in ``<lake>/gx``: some two weeks of nights."""

SCHEMA_RULES = ("expect_table_columns_to_match_set", "expect_column_values_to_be_of_type")
"""The expectations that GX answers from the schema, without a Spark job."""

_NOT_COMPUTED = {
    "raised_exception": True,
    "exception_traceback": "",
    "exception_message": "The rule could not be computed on this batch.",
}


@dataclass(frozen=True, slots=True)
class Failure:
    """One broken rule: the GX expectation, the columns that it is about (empty: the table), and its severity."""

    type: str
    column: str
    severity: str

    def __str__(self) -> str:
        return f"{self.type} on {self.column}" if self.column else self.type


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the gate found in one batch of one table; ``docs`` is where a person reads more once the gate has published."""

    table: str
    day: str
    n_expectations: int
    failed: tuple[Failure, ...]
    docs: Path

    @property
    def success(self) -> bool:
        """True where every rule held."""
        return not self.failed

    @property
    def is_critical(self) -> bool:
        """True where a rule broke that stops the night."""
        return any(failure.severity == "critical" for failure in self.failed)

    @property
    def sentence(self) -> str:
        """What happened and where to look, for the person who must mend it."""
        if self.success:
            return f"{self.table} {self.day} kept all {self.n_expectations} expectations"
        first, more = min(self.failed, key=lambda failure: failure.severity != "critical"), len(self.failed) - 1
        others = f" and {more} more" if more else ""
        end = ", nothing downstream was written" if self.is_critical else ""
        return f"{self.table} {self.day} broke {first}{others}: look at {self.docs}{end}"


class Gate:
    """One run's judge: made once, asked for each batch, published once. Keeps results and Data Docs under ``<lake>/gx``."""

    def __init__(self, lake_root: Path) -> None:
        self.folder = lake_root.resolve() / "gx"
        self._run_time = datetime.now(UTC)
        self._judged: list[Any] = []
        self._suites: dict[str, Any] = {}
        self._gx = load_gx()
        self._context = self._gx.get_context(project_config=_project(self.folder), mode="ephemeral")
        self._source = self._context.data_sources.add_spark("lake", persist=False)

    @property
    def docs(self) -> Path:
        """The first page of the Data Docs; there after ``publish``."""
        return self.folder / "docs" / "index.html"

    def judge(self, table: Table, batch: DataFrame, day_label: str) -> Verdict:
        """Hold the batch against the table's suite and keep the result for the Data Docs.

        The batch is read several times, so pass it cached. An empty one keeps every rule on rows. One with other columns or
        types is judged by its schema alone, since Spark's complaints about a wrong type name the value.
        """
        suite = self._suite(table, batch)
        asked = self._batch_definition(table).get_batch(batch_parameters={"dataframe": batch})
        outcome = asked.validate(suite, result_format=RESULT_FORMAT)
        self._keep(table, day_label, outcome)
        failed = tuple(_failure(result) for result in outcome.results if not result.success)
        return Verdict(table.full_name, day_label, len(outcome.results), failed, self.docs)

    def publish(self) -> Path:
        """Write this run's pages and the index over the newest results; returns the index. Costs about 0.1 s a table."""
        self._forget()
        suites = [key.expectation_suite_identifier for key in self._judged]
        self._context.build_data_docs(resource_identifiers=[*self._judged, *suites])
        return self.docs

    def _suite(self, table: Table, batch: DataFrame) -> Any:
        """The table's suite, made once a run; for a batch of other columns or types, only what it says of them."""
        kept = read(table)
        if table.full_name not in self._suites:
            self._suites[table.full_name] = self._context.suites.add(self._gx.ExpectationSuite(**kept))
        if _types(batch) == _types_in(kept):
            return self._suites[table.full_name]
        of_schema = [rule for rule in kept["expectations"] if rule["type"] in SCHEMA_RULES]
        return self._gx.ExpectationSuite(**kept | {"expectations": of_schema})

    def _batch_definition(self, table: Table) -> Any:
        """What GX calls a frame that is handed over: one asset per table, added when the table is first judged."""
        if table.full_name in self._source.get_asset_names():
            return self._source.get_asset(table.full_name).get_batch_definition("batch")
        return self._source.add_dataframe_asset(table.full_name).add_batch_definition_whole_dataframe("batch")

    def _keep(self, table: Table, day_label: str, outcome: Any) -> None:
        for result in outcome.results:
            if not result.success and result.exception_info.get("raised_exception", True):
                result.exception_info = dict(_NOT_COMPUTED)
        keys = import_module("great_expectations.data_context.types.resource_identifiers")
        run = import_module("great_expectations.core.run_identifier").RunIdentifier(day_label, self._run_time)
        outcome.meta |= {"run_id": run, "validation_time": self._run_time}
        key = keys.ValidationResultIdentifier(keys.ExpectationSuiteIdentifier(table.full_name), run, outcome.batch_id)
        self._context.validation_results_store.set(key, outcome)
        self._judged.append(key)

    def _forget(self) -> None:
        """Drop results beyond the newest, with their pages."""
        store = self._context.validation_results_store
        newest_first = sorted(store.list_keys(), key=lambda key: key.run_id.run_time, reverse=True)
        for key in newest_first[KEPT_RESULTS:]:
            store.remove_key(key)


def load_gx() -> Any:
    """GX, with its loggers shut: they repeat Spark's exceptions, which can hold values."""
    logging.getLogger("great_expectations").setLevel(logging.CRITICAL + 1)
    return import_module("great_expectations")


def _types(batch: DataFrame) -> dict[str, str]:
    return {field.name: type(field.dataType).__name__ for field in batch.schema.fields}


def _types_in(suite: dict[str, Any]) -> dict[str, str]:
    asked = (rule["kwargs"] for rule in suite["expectations"] if rule["type"] == SCHEMA_RULES[1])
    return {kwargs["column"]: kwargs["type_"] for kwargs in asked}


def _failure(result: Any) -> Failure:
    config = result.expectation_config
    return Failure(config.type, subject(config.kwargs), config.severity)


def _project(folder: Path) -> Any:
    """A context that keeps results and pages in the folder, suites in memory, and asks nothing of any network."""
    base = import_module("great_expectations.data_context.types.base")
    stores = base.InMemoryStoreBackendDefaults()
    stores.stores["validation_results_store"] = {"class_name": "ValidationResultsStore"} | _files(folder / "results")
    site = {
        "class_name": "SiteBuilder",
        "show_how_to_buttons": False,
        "site_index_builder": {"class_name": "DefaultSiteIndexBuilder"} | _view("IndexPage"),
        "site_section_builders": {"expectations": _view("Page"), "validations": _view("Page"), "profiling": "None"},
    }
    stores.data_docs_sites = {"brandcube": site | _files(folder / "docs")}
    silent = base.ProgressBarsConfig(globally=False)
    return base.DataContextConfig(store_backend_defaults=stores, analytics_enabled=False, progress_bars=silent)


def _files(folder: Path) -> dict[str, Any]:
    backend = {"class_name": "TupleFilesystemStoreBackend", "base_directory": str(folder), "suppress_store_backend_id": True}
    return {"store_backend": backend}


def _view(name: str) -> dict[str, Any]:
    return {"view": {"module_name": "expectations.pages", "class_name": name}}
