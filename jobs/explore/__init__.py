"""The analysts' API: portraits and cubes of a lake as small frames and charts, each number with its base, n and interval."""

from jobs.explore.cubes import Cube, cube
from jobs.explore.opening import newest_day, open_lake, people
from jobs.explore.portraits import Portrait, TooFewPeople, portrait

__all__ = ["Cube", "Portrait", "TooFewPeople", "cube", "newest_day", "open_lake", "people", "portrait"]
