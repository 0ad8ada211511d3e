"""Lists what is in an image: `sbom.py IMAGE FILE` writes CycloneDX, checked by its schema.

Python's packages are listed by cyclonedx-py, Debian's by debsbom (requirements/sbom.in), models by
their manifests. The same image gives the same bytes.
"""

import json
import subprocess
import sys
import tempfile
import venv
from collections.abc import Iterable, Sequence
from importlib.metadata import distributions
from pathlib import Path
from typing import Any

from contents import labels_of, unpack
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from layers import ImageError

_VERSION = "1.6"
_OCI = "org.opencontainers.image."
_Document = dict[str, Any]


def main(argv: Sequence[str] | None = None) -> int:
    """Writes one document.

    Args:
        argv: Image and file; those of the command line when None.

    Returns:
        0; 1 when the image cannot be listed; 2 for other arguments.
    """
    arguments = sys.argv[1:] if argv is None else argv
    if len(arguments) != 2:
        print("usage: sbom.py IMAGE FILE", file=sys.stderr)
        return 2
    image, file = arguments[0], Path(arguments[1])
    try:
        with tempfile.TemporaryDirectory(prefix="sbom-") as folder:
            document = listed(image, Path(folder))
        wrong = JsonStrictValidator(SchemaVersion.V1_6).validate_str(json.dumps(document))
        if wrong:
            raise ImageError(f"what was listed of {image} breaks CycloneDX's schema: {wrong}")
    except ImageError as error:
        print(f"sbom.py: {error}", file=sys.stderr)
        return 1
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(document, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    print(f"{file}: {len(document['components'])} components")
    return 0


def listed(image: str, folder: Path) -> _Document:
    """The document of an image.

    Args:
        image: An image the engine has.
        folder: For what is taken out of it; empty.

    Raises:
        ImageError: It cannot be listed.
    """
    labels, root = labels_of(image), folder / "root"
    unpack(image, root)
    debian, python = _debian(root, folder), _python(root, folder)
    whole = {
        "type": "container", "bom-ref": "image", "name": labels.get(f"{_OCI}title", image),
        "version": labels.get(f"{_OCI}version", ""),
        "properties": [
            {"name": name, "value": labels[name]} for name in sorted(labels) if _OCI in name
        ],
    }  # fmt: skip
    components = [*python["components"], *debian["components"], *_models(root)]
    own = {name["bom-ref"] for name in components}
    graph = [
        node for node in [*python["dependencies"], *debian["dependencies"]] if node["ref"] in own
    ]
    tools = [each["metadata"]["tools"]["components"] for each in (python, debian)]
    return {
        "$schema": f"http://cyclonedx.org/schema/bom-{_VERSION}.schema.json",
        "bomFormat": "CycloneDX", "specVersion": _VERSION, "version": 1,
        "metadata": {"component": whole, "tools": {"components": [*tools[0], *tools[1]]}},
        "components": sorted(components, key=lambda component: component["bom-ref"]),
        "dependencies": sorted(graph, key=lambda node: node["ref"]),
    }  # fmt: skip


def _python(root: Path, folder: Path) -> _Document:
    """The packages of /opt/venv: a copy of their own records in an environment of this Python."""
    venv.create(folder / "venv", with_pip=False)
    (site,) = (folder / "venv/lib").glob("python3*/site-packages")
    for record in root.glob("opt/venv/lib/python3*/site-packages/*.dist-info"):
        record.rename(site / record.name)
    document = _run(
        folder / "python.json", "cyclonedx-py", "environment", "--output-reproducible",
        "--spec-version", _VERSION, "--output-file", str(folder / "python.json"),
        str(folder / "venv/bin/python"),
    )  # fmt: skip
    for component in document["components"]:
        if not component.get("licenses"):  # the tool leaves out what is not in SPDX's words
            (told,) = distributions(name=component["name"], path=[str(site)])
            component["licenses"] = [{"license": {"name": told.metadata["License"]}}]
    return document


def _debian(root: Path, folder: Path) -> _Document:
    """The packages of dpkg; a licence that is not in a machine's words is named by its file."""
    document = _run(
        folder / "debian.cdx.json", "debsbom", "generate", "--sbom-type", "cdx", "--with-licenses",
        "--cdx-schema-version", _VERSION, "--root", str(root), "--out", str(folder / "debian"),
        "--timestamp", "1970-01-01T00:00:00Z",
        "--cdx-serialnumber", "00000000-0000-4000-8000-000000000000",
    )  # fmt: skip
    packages = [each for each in document["components"] if not _is_source(each)]
    sources = {each["name"]: each for each in document["components"] if _is_source(each)}
    source_of = _sources(root / "var/lib/dpkg/status")
    for package in packages:
        name = package["name"]
        source = sources.get(source_of.get(name, name), {})
        package.setdefault("licenses", source.get("licenses") or _named(name))
    return {**document, "components": packages}


def _is_source(component: _Document) -> bool:
    return str(component["bom-ref"]).endswith("?arch=source")


def _named(package: str) -> list[_Document]:
    return [{"license": {"name": f"as in /usr/share/doc/{package}/copyright"}}]


def _sources(status: Path) -> dict[str, str]:
    """The source package of every package whose name is another."""
    found = {}
    for stanza in status.read_text(encoding="utf-8").split("\n\n"):
        fields = dict(line.split(": ", 1) for line in stanza.splitlines() if ": " in line)
        if "Source" in fields:
            found[fields["Package"]] = fields["Source"].split(" ")[0]
    return found


def _models(root: Path) -> Iterable[_Document]:
    for manifest in sorted(root.glob("**/bundles/*/manifest.json")):
        told = json.loads(manifest.read_text(encoding="utf-8"))
        yield {
            "type": "machine-learning-model", "bom-ref": f"model:{told['name']}@{told['version']}",
            "name": told["name"], "version": told["version"],
            "licenses": [{"license": {"id": told["license"]}}],
            "hashes": [{"alg": "SHA-256", "content": told["files"][told["graph"]]["sha256"]}],
        }  # fmt: skip


def _run(out: Path, tool: str, *arguments: str) -> _Document:
    """Runs a tool of this environment; the document it wrote."""
    command = Path(sys.executable).with_name(tool)
    done = subprocess.run([command, *arguments], capture_output=True, text=True, check=False)
    if done.returncode or not out.exists():
        said = (done.stderr or done.stdout).strip().splitlines()
        raise ImageError(f"{tool} failed: {said[-1] if said else done.returncode}")
    document: _Document = json.loads(out.read_text(encoding="utf-8"))
    return document


if __name__ == "__main__":
    sys.exit(main())
