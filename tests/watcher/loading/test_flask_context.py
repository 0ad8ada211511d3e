"""Flask's context is there for handlers that use Flask, and costs the others nothing."""

import subprocess
import sys

from watcher.loading.flask_context import contexts_for
from watcher.request import Request, parse_query


def test_a_call_can_be_asked_for_as_in_flask():
    import flask

    contexts = contexts_for(lambda event, context: None)
    query = parse_query("n=1&n=%C3%A4&m=")
    asked = Request(b"in", "text/plain", query=query, method="PUT", path="/\u00e4/b")
    with contexts(asked):
        got = flask.request
        assert (got.method, got.path, got.get_data(), got.mimetype) == (
            "PUT", "/\u00e4/b", b"in", "text/plain",
        )  # fmt: skip
        assert got.args.to_dict(flat=False) == {"n": ["1", "\u00e4"], "m": [""]}
        assert flask.jsonify(a=1).get_json() == {"a": 1}


def test_a_handler_without_flask_does_not_import_it():
    code = (
        "import sys; from watcher.loading import adapters; "
        "adapters.adapt(lambda event, context: 1, 'handle', raw_body=False); "
        "assert 'flask' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=30)
