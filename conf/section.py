"""What every section of the settings has in common."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Section(BaseModel):
    """A section: it knows its keys and refuses others, and nobody changes it."""

    model_config = ConfigDict(extra="forbid", frozen=True)
