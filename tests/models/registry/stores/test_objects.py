"""Times of object stores, which each names in its own way."""

import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from models.registry.errors import RegistryError
from models.registry.stores.objects import ObjectStore, _time_of
from models.ssd.bundle import DEFAULT_BUNDLE, open_bundle


@pytest.mark.parametrize(
    ("about", "time"),
    [
        ({"LastModified": datetime(2026, 1, 1, tzinfo=UTC)}, 1767225600),
        ({"mtime": 5}, 5),
        ({"updated": "text"}, float("inf")),
        ({}, float("inf")),
    ],
)
def test_a_store_that_tells_no_time_has_nothing_old(about, time):
    assert _time_of(about) == time


def test_other_names_are_not_below_a_prefix():
    store = ObjectStore("memory://bucket/models")
    ObjectStore("memory://bucket/models-of-others").replace("models/a.json", b"")
    assert list(store.entries("models")) == []


@pytest.mark.lifecycle
def test_a_store_that_does_not_answer_is_named(s3, monkeypatch):
    import fsspec

    fsspec.get_filesystem_class("s3").clear_instance_cache()
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    try:
        with pytest.raises(RegistryError, match=r"registry s3://bucket/models: .*127\.0\.0\.1:9"):
            ObjectStore("s3://bucket/models").read("models/a.json")
    finally:
        fsspec.get_filesystem_class("s3").clear_instance_cache()


@pytest.mark.lifecycle
def test_models_on_s3(s3, tmp_path):
    """The whole way, as a person goes it."""
    program = Path(sys.executable).with_name("ssd")

    def models(*words):
        done = subprocess.run(
            [program, "models", "--registry", f"{s3}/{tmp_path.name}", *words],
            capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout

    bundle = "ssdlite_mobilenet_v2_coco_int8"
    assert models("add", bundle, "--experiment", "coco") == "coco-1\n"
    assert models("add", bundle, "--experiment", "coco") == "coco-1\n"
    assert "coco-1" in models("list")
    models("verify")
    models("fetch", "coco-1", "--out", str(tmp_path / "bundle"))
    assert open_bundle(tmp_path / "bundle").digest == open_bundle(DEFAULT_BUNDLE).digest
