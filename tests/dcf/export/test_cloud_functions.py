"""The folder for Google Cloud Functions: what is in it, and which packages it asks for."""

import json

import pytest

LOCKED = "--hash=sha256:"


def names_in(requirements):
    lines = requirements.splitlines()
    return {line.partition("==")[0] for line in lines if "==" in line and not line.startswith(" ")}


def test_it_has_the_function_and_what_serves_it(exporter):
    function = {
        "environment": {"THRESHOLD": 0.4, "PORT": "9", "LOCK_FILE": "/x"},
        "limits": {"cpu": "2"},
    }
    files, said = exporter.files("cloud-functions", function)
    assert {"fn/main.py", "fn/requirements.txt", "fn/README.md", "fn/settings.json"} <= set(files)
    assert ".venv" in files["fn/.gcloudignore"].read_text()
    assert {"fn/function/src/handler.py", "fn/watcher/cloud/function.py"} <= set(files)
    settings = json.loads(files["fn/settings.json"].read_text())
    assert settings == {
        "THRESHOLD": "0.4", "BATCH": "false", "HANDLER_DIR": "function/src",
        "HANDLER_FILE": "handler.py", "HANDLER_NAME": "handle", "FUNCTION_NAME": "fn",
    }  # fmt: skip
    command = next(line for line in said.splitlines() if "gcloud functions" in line)
    assert "--timeout=35s --memory=512Mi --cpu=2 --concurrency=16" in command
    assert command.endswith("--source export/cloud-functions/fn")


def test_a_function_that_needs_no_detector_asks_for_none_of_its_packages(exporter):
    files, _ = exporter.files("cloud-functions")
    text = files["fn/requirements.txt"].read_text()
    assert {"functions-framework", "flask", "msgspec"} <= names_in(text)
    assert not {"numpy", "opencv-python-headless", "grpcio"} & names_in(text)
    assert all(LOCKED in block for block in text.split("\n") if block.startswith("    --"))


def test_one_that_imports_numpy_gets_the_version_it_is_served_with(exporter, project):
    exporter.config()
    (exporter.folder / "src/handler.py").write_text(
        "def handle(body):\n    import numpy as np\n    return str(np.frombuffer(body))\n"
    )
    files, _ = exporter.files("cloud-functions")
    served = (project / "requirements/serving.txt").read_text()
    line = next(each for each in served.splitlines() if each.startswith("numpy=="))
    assert line in files["fn/requirements.txt"].read_text()


def test_one_that_calls_others_gets_grpc_and_no_detector(exporter):
    exporter.config()
    (exporter.folder / "src/handler.py").write_text("import mesh\n\n\ndef handle(body): ...\n")
    files, _ = exporter.files("cloud-functions")
    found = names_in(files["fn/requirements.txt"].read_text())
    assert {"grpcio", "protobuf"} <= found
    assert "numpy" not in found


def test_a_handler_on_top_of_the_detector_gets_the_detector(exporter, project):
    exporter.config()
    source = project / "dcf/templates/python3-detection/src/detection.py"
    (exporter.folder / "src/detection.py").write_text(source.read_text())
    handler = {"dir": "./src", "file": "detection.py", "name": "Handler"}
    files, _ = exporter.files("cloud-functions", {"handler": handler})
    assert {
        "fn/function/src/detection.py", "fn/function/handler/handler.py",
        "fn/function/models/ssd/detector.py", "fn/function/dcf_detect/__init__.py",
    } <= set(files)  # fmt: skip
    assert not any("models/ssd/nets" in name for name in files)
    assert "opencv-python-headless" in names_in(files["fn/requirements.txt"].read_text())


def own_requirements(exporter, text):
    exporter.config()
    (exporter.folder / "src/requirements.txt").write_text(text)
    files, said = exporter.files("cloud-functions")
    return files["fn/requirements.txt"].read_text(), said


def test_requirements_of_its_own_win(exporter):
    text, said = own_requirements(exporter, "# mine\nMsgSpec==0.21.0\nrich\n")
    assert text.endswith("-r function/src/requirements.txt\n")
    assert "msgspec" not in names_in(text)
    assert "flask" in names_in(text)
    assert "--hash" not in text  # pip takes them for all packages or for none
    assert "src/requirements.txt has no hashes" in said


def test_requirements_with_hashes_leave_the_others_theirs(exporter):
    text, said = own_requirements(exporter, f"rich==1.0 \\\n    {LOCKED}{'a' * 64}\n")
    assert LOCKED in text
    assert "Note" not in said


def test_a_secret_is_mounted_where_functions_read_it(exporter):
    _, said = exporter.files("cloud-functions", {"secrets": ["token", "regcred"]})
    assert "--set-secrets=/var/openfaas/secrets/token=token:latest" in said
    assert "regcred" not in said


def test_less_than_a_core_takes_one_call_at_a_time(exporter):
    _, said = exporter.files("cloud-functions", {"limits": {"cpu": "500m"}})
    assert "--cpu=500m --concurrency=1 " in said
    run = exporter.document("cloud-run", {"limits": {"cpu": "500m"}})
    assert run["spec"]["template"]["spec"]["containerConcurrency"] == 1


@pytest.mark.parametrize(
    ("function", "words"),
    [
        ({"secrets": ["one", "two"]}, "Cloud Functions mounts one secret"),
        ({"handler": {"dir": "./src", "file": "gone.py"}}, "handler file gone.py is not in ./src"),
    ],
)
def test_what_cannot_be_exported_is_refused(exporter, function, words):
    assert words in exporter.refusal("cloud-functions", function)


def test_a_file_that_is_not_python_travels_like_any_other(exporter):
    exporter.config()
    (exporter.folder / "src/template.py").write_text("def {{ name }}(:\n")
    files, _ = exporter.files("cloud-functions", {})
    assert "fn/function/src/template.py" in files
