"""The environment file of a judge's run."""


def test_the_functions_settings_and_the_judges_three(exporter):
    settings = {"THRESHOLD": 0.4, "DATA_PATH": "mine", "ANSWER_TEMPLATE": "entry.json"}
    files, said = exporter.files("agc", {"environment": settings})
    lines = files["fn.env"].read_text().splitlines()
    assert [line for line in lines if not line.startswith("#")] == [
        "THRESHOLD=0.4", "ANSWER_TEMPLATE=entry.json",
        "BATCH=true", "DATA_PATH=/data", "REST_URL=", "API_HEADER=",
    ]  # fmt: skip
    assert "--env-file export/agc/fn.env fn" in said


def test_a_value_of_two_lines_is_refused(exporter):
    assert "environment.KEY has a line end" in exporter.refusal(
        "agc", {"environment": {"KEY": "a\nb"}}
    )
