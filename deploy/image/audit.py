"""Looks for known vulnerabilities of the packages that the images hold, by pip-audit.

It asks PyPI, or the OSV service that AUDIT_URL names. Exit codes: 0 none is known, 1 some are,
3 nobody could be asked, which is said and is no finding.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

_LOCKS = Path(__file__).parents[2] / "requirements"
_FILES = ("serving.txt", "kubernetes.txt")  # the second: local.txt, and what a cluster needs


def main() -> int:
    """Asks for each lock.

    Returns:
        The exit code.
    """
    found: set[str] = set()
    for name in _FILES:
        answer = _ask(_LOCKS / name)
        if isinstance(answer, str):
            print(f"not audited, nobody can be asked: {answer}", file=sys.stderr)
            return 3
        found.update(_lines(answer["dependencies"]))
        print(f"requirements/{name}: {len(answer['dependencies'])} packages asked for")
    print(*sorted(found), sep="\n")
    print(f"{len(found)} known vulnerabilities")
    return 1 if found else 0


def _ask(lock: Path) -> dict[str, list[dict[str, object]]] | str:
    """What is known of a lock's packages, or why that cannot be told."""
    url = os.environ.get("AUDIT_URL")
    service = ["--vulnerability-service", "osv", "--osv-url", url] if url else []
    done = subprocess.run(
        [Path(sys.executable).with_name("pip-audit"), "--disable-pip", "--requirement", lock,
         "--format", "json", "--progress-spinner", "off", *service],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    try:
        answer: dict[str, list[dict[str, object]]] = json.loads(done.stdout)
    except ValueError:
        return (done.stderr.strip().splitlines() or ["pip-audit said nothing"])[-1]
    return answer


def _lines(packages: list[dict[str, object]]) -> Iterator[str]:
    for package in packages:
        known = package.get("vulns", ())
        assert isinstance(known, list | tuple)
        for each in known:
            mended = ", ".join(each["fix_versions"]) or "no version yet"
            yield f"{package['name']} {package['version']}: {each['id']}, mended in {mended}"


if __name__ == "__main__":
    sys.exit(main())
