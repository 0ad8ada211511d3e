"""`make audit` against an OSV service on this machine: what is known is told, silence is too."""

import json
import os
import re
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
PYTHON = ROOT / ".venv-sbom/bin/python"
KNOWN = {
    "id": "TEST-1", "aliases": [], "summary": "made up", "details": "made up",
    "affected": [{
        "package": {"name": "flask", "ecosystem": "PyPI"},
        "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "99.1"}]}],
    }],
}  # fmt: skip

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not PYTHON.exists(), reason="make .venv-sbom/.ready installs the tool"),
]


def audit(url):
    done = subprocess.run(
        [PYTHON, ROOT / "deploy/image/audit.py"], env={**os.environ, "AUDIT_URL": url},
        capture_output=True, text=True, timeout=100, check=False,
    )  # fmt: skip
    assert "Traceback" not in done.stderr
    return done.returncode, done.stdout, done.stderr


@pytest.fixture
def service():
    """Knows one vulnerability; has the names it was asked for."""
    asked = set()

    class Osv(BaseHTTPRequestHandler):
        vulnerable = True

        def do_POST(self):
            query = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            name = query["package"]["name"]
            asked.add(name)
            known = [KNOWN] if name == "flask" and self.vulnerable else []
            body = json.dumps({"vulns": known} if known else {}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Osv)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/v1/query", asked, Osv
    server.shutdown()
    server.server_close()


def test_a_known_vulnerability_is_told_with_the_version_that_has_none(service):
    url, asked, _ = service
    code, said, _ = audit(url)
    assert code == 1
    assert re.search(r"^flask [\d.]+: TEST-1, mended in 99\.1$", said, re.MULTILINE)
    pins = re.findall(
        r"^([\w.-]+)==", (ROOT / "requirements/serving.txt").read_text(), re.MULTILINE
    )
    assert set(pins) <= asked


def test_none_known_is_told_too(service):
    url, _, osv = service
    osv.vulnerable = False
    code, said, _ = audit(url)
    assert code == 0
    assert "0 known vulnerabilities" in said


def test_nobody_to_ask_is_a_line_and_no_finding():
    code, _, errors = audit("http://127.0.0.1:9/v1/query")
    assert code == 3
    assert errors.startswith("not audited, nobody can be asked: ")
    assert errors.count("\n") == 1
