"""Typed settings: ``base.toml``, then the environment's file, then what the brands ask for."""

from __future__ import annotations

import hashlib
import tomllib
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Literal, TypeVar

from pydantic import Field, ValidationError, model_validator

from conf.errors import SettingsError, UnknownName
from conf.schemes import Lifecycle
from conf.section import Section

FOLDER = Path(__file__).parent

_T = TypeVar("_T")
_S = TypeVar("_S", bound=Section)


class Session(Section):
    """How Spark runs: its master, memory and partition counts."""

    master: str
    driver_memory: str
    shuffle_partitions: int = Field(gt=0)
    snapshot_partitions: int = Field(gt=0)


class Keys(Section):
    """Where the root secret is: a file's path, or empty for ``<lake>.key`` beside the lake; and which brand keys hold.

    Pseudonyms of the version before still resolve until ``overlap_days`` after ``rotated_on``, the first day of ``version``.
    """

    root_file: str
    create_if_missing: bool
    version: int = Field(gt=0)
    rotated_on: date | None = None
    overlap_days: int = Field(ge=0)

    @model_validator(mode="after")
    def _dated(self) -> Keys:
        if self.version > 1 and self.rotated_on is None:
            raise ValueError("a version after the first needs rotated_on, the day from which it holds")
        return self

    @property
    def overlap_ends(self) -> date | None:
        """The last day on which a pseudonym of the version before resolves; None where there is none before."""
        return self.rotated_on + timedelta(days=self.overlap_days) if self.rotated_on else None


class Landing(Section):
    """What landing accepts: days that a row may be late, and bytes of a file once it is unpacked and of a single row."""

    late_days: int = Field(ge=0)
    most_expanded_bytes: int = Field(gt=0)
    most_row_bytes: int = Field(gt=0)


class Windows(Section):
    """How windows are kept: moved on by what is new, or summed anew each night; and how many accounts a night audits."""

    advance: bool
    audited_one_in: int = Field(gt=0)


class Evidence(Section):
    """What a source's evidence is worth: for how many days after it was last seen (0: for good), and how sure it is."""

    valid_days: int = Field(ge=0)
    confidence: float = Field(gt=0, le=1)


class Identity(Section):
    """When two identifiers are one person's, and when evidence is too much to be believed.

    ``most_beside``: more identifiers of one kind beside one of this kind join nobody. ``most_identifiers`` and
    ``most_accounts`` (of one party) bound a person. ``most_rounds`` bounds the search for groups.
    """

    most_beside: dict[str, int]
    most_identifiers: int = Field(gt=1)
    most_accounts: int = Field(gt=0)
    most_rounds: int = Field(gt=0)
    least_confidence: float = Field(ge=0, le=1)
    sources: dict[Literal["binding", "member", "device"], Evidence]


class Portrait(Section):
    """Where scores, bands and life cycles change."""

    recency_days: tuple[int, int, int, int]
    frequency_orders: tuple[int, int, int, int]
    monetary_fen: tuple[int, int, int, int]
    price_band_ratios: tuple[float, float, float, float]
    new_days: int = Field(gt=0)
    active_days: int = Field(gt=0)
    dormant_days: int = Field(gt=0)


class Model(Section):
    """How the propensity model is trained."""

    horizon_days: int = Field(gt=0)
    retrain_days: int = Field(gt=0)
    least_buyers: int = Field(gt=0)
    rounds: int = Field(gt=0)
    seed: int


class Activation(Section):
    """How lists are chosen and what may leave."""

    control_share: float = Field(gt=0, lt=1)
    recently_bought_days: int = Field(ge=0)
    least_people: int = Field(ge=0)


class Brand(Section):
    """A brand that receives lists: what it may spend, and on whom."""

    brand_id: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{1,62}$")
    title: str
    title_zh: str
    budget_fen: int = Field(ge=0)
    cost_per_person_fen: int = Field(gt=0)
    stages: tuple[str, ...]


class Destination(Section):
    """A receiver of lists and what it accepts."""

    name: str
    identifier: Literal["audience_hash"]
    format: Literal["csv"]
    header: bool
    least_people: int = Field(ge=0)
    seen: str


class Settings(Section):
    """Everything that a run is told besides the day."""

    environment: str
    session: Session
    keys: Keys
    landing: Landing
    windows: Windows
    identity: Identity
    portrait: Portrait
    model: Model
    activation: Activation
    lifecycle: Lifecycle
    lifecycles: dict[str, Lifecycle]
    brands: dict[str, Brand]
    destinations: dict[str, Destination]

    @property
    def rules(self) -> str:
        """A hash of what decides who is one person, and what portraits and stages say: where it changes, all are made anew."""
        told = self.model_dump_json(include={"identity", "portrait", "lifecycle", "lifecycles"})
        return hashlib.sha256(told.encode()).hexdigest()

    def brand(self, brand_id: str) -> Brand:
        """The brand of that id; ``UnknownName`` where ``conf/brands`` has none."""
        return _named(self.brands, "brand", brand_id, "brands")

    def destination(self, name: str) -> Destination:
        """The destination of that name; ``UnknownName`` where ``conf/destinations`` has none."""
        return _named(self.destinations, "destination", name, "destinations")

    def scheme(self, name: str | None = None) -> Lifecycle:
        """The scheme of that name, or without one the scheme in use; ``UnknownName`` where ``conf/lifecycle`` has none."""
        return self.lifecycle if name is None else _named(self.lifecycles, "scheme", name, "lifecycle")


def load(environment: str = "local", folder: Path = FOLDER) -> Settings:
    """The settings of an environment: ``base.toml`` overlaid by ``<environment>.toml``, with all data files beside it."""
    file = folder / f"{environment}.toml"
    if not file.is_file() or environment == "base":
        known = ", ".join(sorted(path.stem for path in folder.glob("*.toml") if path.stem != "base"))
        raise UnknownName("environment", environment, f"conf has {known}")
    merged = _overlay(_read(folder / "base.toml"), _read(file))
    merged["lifecycle"] = _scheme(folder / "lifecycle" / f"{merged['lifecycle']}.toml")
    merged["lifecycles"] = {path.stem: _scheme(path) for path in sorted((folder / "lifecycle").glob("*.toml"))}
    merged["brands"] = {item.brand_id: item for item in _all(Brand, folder / "brands")}
    merged["destinations"] = {item.name: item for item in _all(Destination, folder / "destinations")}
    for brand in merged["brands"].values():
        _check_stages(folder / "brands" / f"{brand.brand_id}.toml", brand, merged["lifecycle"])
    return _validated(Settings, {**merged, "environment": environment}, file)


def _scheme(file: Path) -> Lifecycle:
    """The scheme of stages in a file; ``SettingsError`` where it goes by another name than the file."""
    scheme = _checked(Lifecycle, file)
    if scheme.name != file.stem:
        raise SettingsError(file, "name", f"{scheme.name!r} is not the file's name")
    return scheme


def _check_stages(file: Path, brand: Brand, lifecycle: Lifecycle) -> None:
    """``SettingsError`` where a brand draws from a stage that the scheme in use has not."""
    unknown = sorted(set(brand.stages) - set(lifecycle.stage_names))
    if unknown:
        raise SettingsError(file, "stages", f"the scheme {lifecycle.name} has no {', '.join(unknown)}")


def _named(found: dict[str, _T], kind: str, name: str, folder: str) -> _T:
    if name not in found:
        raise UnknownName(kind, name, f"conf/{folder} has {', '.join(sorted(found)) or 'none'}")
    return found[name]


def _all(kind: type[_S], folder: Path) -> list[_S]:
    return [_checked(kind, path) for path in sorted(folder.glob("*.toml"))]


def _checked(kind: type[_S], file: Path) -> _S:
    return _validated(kind, _read(file), file)


def _validated(kind: type[_S], values: dict[str, Any], file: Path) -> _S:
    try:
        return kind.model_validate(values)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        raise SettingsError(file, ".".join(str(part) for part in first["loc"]), first["msg"]) from error


def _read(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text("utf-8"))
    except FileNotFoundError as error:
        raise SettingsError(file, "file", "there is no such file") from error
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(file, "syntax", str(error)) from error


def _overlay(base: dict[str, Any], over: dict[str, Any]) -> dict[str, Any]:
    """Section by section: the later file's keys win."""
    merged = dict(base)
    for key, value in over.items():
        merged[key] = {**base[key], **value} if isinstance(value, dict) and key in base else value
    return merged
