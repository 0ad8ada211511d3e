"""Lets wheels share the libraries they bring along; run by ``install.sh``, before ``trim.py``.

Wheels each bundle what they need, so that one library in one version may be there twice. Where one
build has all that is asked of the other, one stays, and the other's name becomes a link to it. It
lies in a folder of no wheel: installing another Pillow must not take OpenCV's library away.
"""

import os
import re
import subprocess
import sysconfig
from collections import defaultdict
from pathlib import Path

_SITE = Path(sysconfig.get_path("purelib"))
_SHARED = _SITE / "shared.libs"
_BUNDLED = re.compile(r"(lib.+?)(?:-[0-9a-f]{8})+\.so([.\d]*)")
_NEEDED = re.compile(r"\(NEEDED\).*\[(.+)\]")
_SYMBOL = re.compile(r"(?:GLOBAL|WEAK)\s+DEFAULT\s+(UND|\d+)\s+(\S+)")


def main() -> None:
    """Shares what can be shared."""
    twins: dict[tuple[str, str], list[Path]] = defaultdict(list)
    for path in sorted(_SITE.glob("*.libs/*.so*")):
        if not path.is_symlink() and (found := _BUNDLED.fullmatch(path.name)):
            twins[found[1], found[2]].append(path)
    # Those that need none of the others first: what needs them can be shared only after them.
    for builds in sorted(twins.values(), key=lambda each: min(len(_needs(one)) for one in each)):
        if len(builds) > 1:
            _share(builds)


def _share(builds: list[Path]) -> None:
    """Keeps one of them, if it has all that is asked of each, for all."""
    best = min(builds, key=lambda path: (len(_needs(path)), path.stat().st_size))
    needs = _needs(best)
    if not all(need.is_symlink() for need in needs):
        return
    offered = _symbols(best)
    if not all(_asked_of(path) <= offered for path in builds if path != best):
        return
    _SHARED.mkdir(exist_ok=True)
    kept = best.rename(_SHARED / best.name)
    for path in builds:
        path.unlink(missing_ok=True)
        _link(path, kept)
        for need in needs:  # it looks for them where it was found itself
            if not (path.parent / need.name).exists():
                _link(path.parent / need.name, need.resolve())


def _link(path: Path, target: Path) -> None:
    path.symlink_to(os.path.relpath(target, path.parent))


def _needs(path: Path) -> list[Path]:
    """What it needs of the libraries beside it."""
    names = _NEEDED.findall(_read("--dynamic", path))
    return [path.parent / name for name in names if (path.parent / name).exists()]


def _asked_of(path: Path) -> set[str]:
    """Symbols of a library that others of the environment use."""
    offered = _symbols(path)
    asked: set[str] = set()
    for binary in _SITE.rglob("*.so*"):
        if binary.is_file() and path.name in _NEEDED.findall(_read("--dynamic", binary)):
            asked |= _symbols(binary, undefined=True) & offered
    return asked


def _symbols(path: Path, *, undefined: bool = False) -> set[str]:
    """Names of what a library offers, or asks others for."""
    found = (_SYMBOL.search(line) for line in _read("--dyn-syms", path).splitlines())
    return {one[2].partition("@")[0] for one in found if one and (one[1] == "UND") == undefined}


def _read(what: str, binary: Path) -> str:
    return subprocess.run(
        ["readelf", what, "--wide", binary], check=True, capture_output=True, text=True
    ).stdout


if __name__ == "__main__":
    main()
