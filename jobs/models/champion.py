"""A trained model as it travels from the register to the scores."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True)
class Champion:
    """The model that scores: its version, the last day that it saw, and native XGBoost UBJ bytes, never a pickle."""

    version: str
    trained_on: date
    features: tuple[str, ...]
    ubj: bytes = field(repr=False)
