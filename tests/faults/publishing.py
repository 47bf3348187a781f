"""Deliveries to be published: each version's files fit its own manifest and no other's."""

from __future__ import annotations

import hashlib
import json


def version(number: int) -> dict[str, bytes]:
    """The files of a delivery, the manifest last, as an export gives them."""
    content = f"audience of version {number}\n".encode() * 500
    file = {"name": "list.csv", "sha256": hashlib.sha256(content).hexdigest()}
    manifest = json.dumps({"version": number, "files": [file]}).encode()
    return {"list.csv": content, "receipt.html": b"<p>receipt</p>", "manifest.json": manifest}
