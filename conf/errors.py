"""What can go wrong, in words for the person who must mend it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path


class BrandcubeError(Exception):
    """One sentence that names the thing and says what to do; the command prints it and exits with 2."""


class SettingsError(BrandcubeError):
    """A settings file holds an unknown key or a value of the wrong kind."""

    def __init__(self, file: Path, key: str, why: str) -> None:
        self.file, self.key = file, key
        super().__init__(f"{file}: {key}: {why}")


class UnknownName(BrandcubeError):
    """A table, brand, destination or source that nobody declared."""

    def __init__(self, kind: str, name: str, known: str) -> None:
        self.kind, self.name = kind, name
        super().__init__(f"no {kind} is named {name!r}; {known}")


class MissingInput(BrandcubeError):
    """A file, folder or partition that should be there and is not."""


class Unreadable(BrandcubeError):
    """A file whose content is not what it should be; the line is named, never its value."""


class ErasureIncomplete(BrandcubeError):
    """Files still name people who are forgotten."""

    def __init__(self, files: Sequence[Path]) -> None:
        self.files = tuple(files)
        listed = ", ".join(map(str, self.files[:5]))
        super().__init__(f"{len(self.files)} files still name forgotten people: {listed}; run the same `brandcube erase` again")


class EndlessGroups(BrandcubeError):
    """The identity graph's groups were not found in so many rounds."""

    def __init__(self, rounds: int) -> None:
        self.rounds = rounds
        super().__init__(f"the identity graph's groups still change after {rounds} rounds: raise identity.most_rounds in conf")


class LakeVersionError(BrandcubeError):
    """The lake was made by another version."""


class ContractError(BrandcubeError):
    """A frame does not have the columns that its table's contract names."""


class GateFailed(BrandcubeError):
    """A day's batch broke a critical expectation; nothing downstream was written."""


class AuditFailed(GateFailed):
    """What a night moved on is not what its inputs give when they are read anew."""

    def __init__(self, table: str, day: date, rows: int) -> None:
        self.table, self.day, self.rows = table, day, rows
        super().__init__(
            f"{table} {day}: {rows} audited rows are not what its inputs give, nothing was written: "
            "set windows.advance = false in conf for one night, and it is summed anew"
        )


class SetupError(BrandcubeError):
    """Java, a jar, a key or a package is missing or of the wrong version."""
