"""The analysts' API: portraits, tags, stage flows and cubes as small frames and charts, each number with its interval."""

from jobs.explore.cubes import Cube, cube
from jobs.explore.flows import StageFlow, stage_flow
from jobs.explore.opening import newest_day, nights, open_lake, people
from jobs.explore.portraits import Portrait, TooFewPeople, portrait
from jobs.explore.tagging import Tags, tags

__all__ = [
    "Cube",
    "Portrait",
    "StageFlow",
    "Tags",
    "TooFewPeople",
    "cube",
    "newest_day",
    "nights",
    "open_lake",
    "people",
    "portrait",
    "stage_flow",
    "tags",
]
