"""The Data Docs' pages as GX renders them, in a frame that needs no network.

GX's own frame loads styles and scripts from eight hosts and fills its index by script, so without them the index is empty and
with them every reader is known to others. These views put three templates of this folder before GX's own; all else is GX's.
GX loads this module by its name, which the gate's project gives; nothing else may, since it costs the import of GX.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from great_expectations.render.view.view import DefaultJinjaPageView
from jinja2 import ChoiceLoader, FileSystemLoader

FOLDER = Path(__file__).parent


class Page(DefaultJinjaPageView):
    """A page of one suite, or of one validation result."""

    def __init__(self, **directories: Any) -> None:
        super().__init__(**directories)
        of_gx = [self.env.loader] if self.env.loader else []
        self.env.loader = ChoiceLoader([FileSystemLoader(FOLDER), *of_gx])


class IndexPage(Page):
    """The first page: the newest results and all suites."""
