"""Size of the serving environment: every file of every package of requirements/serving.txt."""

import importlib.metadata
import re
import sysconfig
from pathlib import Path

from benchmarks.harness.accounting import MEGABYTE
from benchmarks.harness.bars import Finding, Row
from benchmarks.harness.environment import ROOT
from benchmarks.harness.errors import CannotMeasure
from benchmarks.harness.plan import Plan

_LISTED = 10
_PIN = re.compile(r"^([A-Za-z0-9._-]+)==", re.MULTILINE)


def measure(plan: Plan) -> Finding:
    """The whole, and the largest packages."""
    site = _site_packages(ROOT / ".venv") or Path(sysconfig.get_path("purelib"))
    pins = (ROOT / "requirements/serving.txt").read_text(encoding="utf-8")
    sizes = package_sizes(site, pinned(pins))
    bundle = sum(file.stat().st_size for file in plan.bundle.iterdir())
    return finding(sizes, bundle, site.relative_to(ROOT) if site.is_relative_to(ROOT) else site)


def pinned(requirements: str) -> list[str]:
    """Names of the packages a requirements file pins."""
    return _PIN.findall(requirements)


def package_sizes(site: Path, packages: list[str]) -> dict[str, int]:
    """Bytes on disk of packages in a ``site-packages`` folder, compiled files included."""
    sizes = {}
    for package in packages:
        found = list(importlib.metadata.distributions(name=package, path=[str(site)]))
        if not found:
            raise CannotMeasure(f"{package} is not in {site}: make the environment by `make run`")
        files = {Path(str(file.locate())).resolve() for file in found[0].files or ()}
        sizes[package] = sum(file.stat().st_size for file in files if file.is_file())
    return sizes


def finding(sizes: dict[str, int], bundle: int, site: Path) -> Finding:
    """Rows and details of bytes by package, of the model's bytes, and where the packages lie."""
    total = sum(sizes.values())
    rows = [
        Row("serving environment", total / MEGABYTE, "MB", None, f"{len(sizes)} packages, {site}"),
        Row("model", bundle / MEGABYTE, "MB", None, "the bundle's files"),
    ]
    largest = sorted(sizes, key=lambda name: -sizes[name])[:_LISTED]
    rows += [Row(f"  of it: {name}", sizes[name] / MEGABYTE, "MB") for name in largest]
    return Finding(tuple(rows), {"packages": sizes, "bundle_bytes": bundle})


def _site_packages(environment: Path) -> Path | None:
    found = sorted(environment.glob("lib/python*/site-packages"))
    return found[0] if found else None
