"""Schemes of stages: which behaviour, how often and over which window, brings a person how far with a brand."""

from __future__ import annotations

import re
from collections.abc import Mapping

from pydantic import Field, field_validator, model_validator

from conf.section import Section

HISTORY_DAYS = 365
"""No window looks back further than this."""

BEHAVIOURS: Mapping[str, tuple[int, ...]] = {
    "n_touch_{}d": (7, 30, 90, 365),
    "n_interest_{}d": (30, 90),
    "n_order_{}d": (30, 90, 365),
    "spend_{}d_fen": (30, 90, 365),
}
"""What a rule of a stage may count, and over which windows: columns of ``mart.brand_stage``, ``{}`` for the days."""


class Stage(Section):
    """One stage of a lifecycle: any one of its conditions brings a person there. Highest stage wins.

    A condition is behaviours, each with its window in its name, and the least value of each.
    """

    name: str
    any_of: tuple[dict[str, int], ...]

    @field_validator("any_of")
    @classmethod
    def _known(cls, any_of: tuple[dict[str, int], ...]) -> tuple[dict[str, int], ...]:
        for name in (name for condition in any_of for name in condition):
            _check_behaviour(name)
        return any_of


class Lifecycle(Section):
    """A scheme of stages, lowest first."""

    name: str
    stages: tuple[Stage, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _distinct(self) -> Lifecycle:
        if len(set(self.stage_names)) < len(self.stages):
            raise ValueError("two stages have one name")
        return self

    @property
    def stage_names(self) -> tuple[str, ...]:
        """The stages' names, lowest first."""
        return tuple(stage.name for stage in self.stages)


def _check_behaviour(name: str) -> None:
    """``ValueError`` where no column of ``mart.brand_stage`` counts it, or none over such a window."""
    days = re.search(r"_(\d+)d(?=_|$)", name)
    behaviour = name.replace(days[1], "{}", 1) if days else name
    if not days or behaviour not in BEHAVIOURS:
        raise ValueError(f"no behaviour is named {name!r}; there are {', '.join(BEHAVIOURS)}")
    if int(days[1]) > HISTORY_DAYS:
        raise ValueError(f"{name!r} asks for {days[1]} days, longer than the history of {HISTORY_DAYS}")
    if int(days[1]) not in BEHAVIOURS[behaviour]:
        raise ValueError(f"{name!r}: {behaviour} is counted over {', '.join(map(str, BEHAVIOURS[behaviour]))} days")
