"""Each brand's own secret beside the root key: without it no key of the brand can be made, and none once it is destroyed."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from conf.errors import BrandcubeError, SetupError
from jobs import key_file


class Offboarded(BrandcubeError):
    """A brand whose key was destroyed; nothing can be made under it any more."""


@dataclass(frozen=True)
class BrandKeys:
    """A folder with one file a brand, which its owner alone may read: the secret, or the day of its destruction."""

    folder: Path
    create: bool = False

    @classmethod
    def beside(cls, lake_root: Path, *, create: bool = False) -> BrandKeys:
        """Those of a lake: ``<lake>.keys`` beside it. ``create`` makes a brand's secret where it never had one."""
        root = lake_root.absolute()
        return cls(root.with_name(f"{root.name}.keys"), create)

    def secret(self, brand_id: str) -> bytes:
        """The brand's 32 random bytes; ``Offboarded`` where they were destroyed, ``SetupError`` where they cannot be used."""
        self.require(brand_id)
        file = self._file(brand_id)
        if self.create and not file.exists():
            self.put(brand_id, secrets.token_bytes(key_file.N_BYTES))
        if not file.is_file():
            raise SetupError(f"brand {brand_id} has no key: put {file} back, or set keys.create_if_missing to make one")
        return key_file.parsed(
            key_file.read(file), f"{file} does not hold a brand's key: put it back from where you keep your keys"
        )

    def put(self, brand_id: str, secret: bytes) -> None:
        """Keep the brand's first secret; ``FileExistsError`` where it has one."""
        _write(self._file(brand_id), secret.hex())

    def require(self, brand_id: str) -> None:
        """``Offboarded`` where the brand's secret was destroyed."""
        gone = self._tombstone(brand_id)
        if gone.exists():
            when = gone.read_text("ascii").strip()
            raise Offboarded(f"brand {brand_id} was offboarded on {when}: its key is destroyed and nothing can be made for it")

    def is_offboarded(self, brand_id: str) -> bool:
        """True where the brand's secret was destroyed."""
        return self._tombstone(brand_id).exists()

    def destroy(self, brand_id: str, day: date) -> None:
        """Destroy the brand's secret for good; the tombstone is there first, so that no new one is ever made."""
        self.require(brand_id)
        _write(self._tombstone(brand_id), day.isoformat())
        file = self._file(brand_id)
        if file.exists():
            with file.open("r+b") as opened:
                opened.write(bytes(file.stat().st_size))
                opened.flush()
                os.fsync(opened.fileno())
            file.unlink()

    def _file(self, brand_id: str) -> Path:
        return self.folder / f"{brand_id}.key"

    def _tombstone(self, brand_id: str) -> Path:
        return self.folder / f"{brand_id}.destroyed"


def _write(file: Path, text: str) -> None:
    """A new file in a folder of its owner's alone."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    key_file.keep(file, text)
