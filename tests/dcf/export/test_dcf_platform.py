"""A config.yaml for the originals' commands has the originals' keys alone, and reads back here."""

from dcf.config import load

# The originals' schema.
KEYS = {
    "runtime", "desc", "maintainer", "handler", "docker_registry", "image", "registry_auth",
    "environment", "environment_file", "secrets", "constraints", "labels", "limits", "requests",
    "build_options", "build_args",
}  # fmt: skip
FULL = {
    "image": "registry.local:5001/team/fn",
    "environment": {"REPLY_FORMAT": "dcf", "WATCHER_PORT": "1", "LOCK_FILE": "/tmp/other"},
    "secrets": ["token"],
    "labels": {"scale_min": "2"},
    "annotations": {"topic": "pictures"},
    "limits": {"memory": "512Mi", "gpu": "1"},
    "requests": {"cpu": "50m"},
    "build_options": ["libsndfile1"],
    "build_args": ["CUDA_VERSION=9.0"],
    "skip_build": True,
    "platform": "linux/amd64",
}


def test_its_keys_are_the_originals(exporter):
    document = exporter.document("dcf", FULL, dcf={"gateway": "dcf.local:32222"})
    assert document["dcf"] == {"gateway": "dcf.local:32222"}
    function = document["functions"]["fn"]
    assert set(function) <= KEYS
    assert set(function["handler"]) == {"dir", "file", "name"}
    assert function["image"] == FULL["image"]
    assert function["docker_registry"] == "registry.local:5001/team"
    assert function["limits"] == {"memory": "512Mi", "cpu": "", "gpu": "1"}
    assert function["build_args"] == ["CUDA_VERSION=9.0"]


def test_the_function_is_found_where_their_gateway_looks(exporter):
    function = exporter.document("dcf", FULL)["functions"]["fn"]
    assert function["environment"] == {
        "REPLY_FORMAT": "dcf", "BATCH": "false", "SECRETS_DIR": "/etc/openfx", "DRAIN_DELAY": "5s",
    }  # fmt: skip


def test_our_own_command_reads_it_too(exporter):
    files, said = exporter.files("dcf", FULL, dcf={"gateway": "http://dcf.local:8080"})
    loaded = load(files["config.yaml"])
    assert loaded.gateway == "dcf.local:32222"
    assert loaded.functions[0].image_name == FULL["image"]
    assert "dcf.gateway is dcf.local:32222" in said
    assert "annotations are left out" in said
