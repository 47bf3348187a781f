"""What is asked for, what is locked and what is packaged are in step, and nothing names a place to fetch it from."""

from __future__ import annotations

import re
from configparser import ConfigParser
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

CHECKOUT = Path(__file__).parents[1]
LOCKS = CHECKOUT / "conf" / "locks"
ASKED = {"jobs.in": "jobs.txt", "dev.in": "jobs.txt", "airflow.in": "airflow.txt", "java.in": "java.txt", "uv.in": "uv.txt"}
PACKAGED = ("conf", "schemas", "expectations", "jobs")


@pytest.mark.parametrize("asked", ASKED)
def test_every_requirement_is_locked_at_a_version_that_it_allows(asked: str) -> None:
    pins = re.findall(r"^([A-Za-z0-9_.-]+)(?:\[[^]]*])?==([^ ;\\]+)", (LOCKS / ASKED[asked]).read_text(), re.MULTILINE)
    locked = {canonicalize_name(name): version for name, version in pins}
    lines = (LOCKS / asked).read_text().splitlines()
    requirements = [Requirement(line) for line in lines if line and not line.startswith("#")]
    assert requirements
    refused = [item for item in requirements if not item.specifier.contains(locked.get(canonicalize_name(item.name), "0"))]
    assert refused == []


@pytest.mark.parametrize("lock", sorted(set(ASKED.values())))
def test_every_locked_package_has_hashes_and_no_address(lock: str) -> None:
    text = (LOCKS / lock).read_text()
    assert all("--hash=sha256:" in block for block in re.split(r"^(?=[a-zA-Z0-9])", text, flags=re.MULTILINE)[1:])
    assert not re.search(r"://|--index-url|--find-links|--trusted-host", text)


def test_every_package_of_the_checkout_is_listed() -> None:
    config = ConfigParser()
    config.read(CHECKOUT / "setup.cfg")
    found = {
        ".".join(init.parent.relative_to(CHECKOUT).parts) for top in PACKAGED for init in (CHECKOUT / top).rglob("__init__.py")
    }
    assert sorted(config["options"]["packages"].split()) == sorted(found)
