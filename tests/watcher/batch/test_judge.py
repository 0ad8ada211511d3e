"""Handing in: what the judge gets, what is tried again, what is final, and what nobody may see."""

import email.utils
import shutil
import socket
import ssl
import subprocess
import threading
import time
from itertools import pairwise

import pytest

SECRET = "s3cr3t-t0ken"


@pytest.fixture
def one(data):
    return data.put("a.jpg", "text a")


def test_the_judges_three_variables_are_enough(begin, judge, one, tmp_path):
    run = begin(
        BATCH=None, RESULT_FILE=None, REST_URL=judge.url, API_HEADER=f"X-Key: {SECRET}",
        LOG_LEVEL="debug", http_proxy="http://127.0.0.1:1", HTTP_PROXY="http://127.0.0.1:1",
    )  # fmt: skip
    assert run.wait() == 0, run.log
    ((_, path, headers, body),) = judge.seen
    assert body == b'{"answer":[{"file":"a.jpg","result":"a"}]}'
    assert path == "/answers?key=url-secret"
    assert headers["X-Key"] == SECRET
    assert headers["Content-Type"] == "application/json"
    assert "accepted the answer: status 200: thank you" in run.log
    assert SECRET not in run.log + run.out
    assert "url-secret" not in run.log + run.out
    assert not list(tmp_path.rglob("answer-*"))


def test_false_serves_although_a_judge_is_there(begin, judge, one):
    run = begin(
        BATCH="false", REST_URL=judge.url, PORT=0, WATCHER_PORT=0, MESH_PORT=0, METRICS_PORT=0
    )
    run.until(lambda: "ready: " in run.log)
    run.process.terminate()
    assert run.wait() == 0
    assert not judge.seen


@pytest.mark.parametrize(
    "url",
    ["judge:80/x", "ftp://judge/", "http://", "http://judge:port/", "http://a b/", "http://é/",
     "http://user:s3cr3t-t0ken@judge/", "file:///etc/passwd", "http://[1/"],
)  # fmt: skip
def test_a_wrong_address_ends_the_start_and_is_not_shown(begin, one, url):
    run = begin(REST_URL=url)
    assert run.wait() == 2
    assert "REST_URL" in run.log
    assert len(run.log.splitlines()) == 1
    assert SECRET not in run.log


def test_what_may_pass_is_tried_again_after_growing_pauses(begin, judge, one, calls):
    judge.script = [(503, {}, b"busy"), (429, {}, b""), lambda handler: handler.connection.close()]
    run = begin(REST_URL=judge.url)
    assert run.wait() == 0, run.log
    assert len(judge.seen) == 4
    assert len({body for _, _, _, body in judge.seen}) == 1
    times = [seen[0] for seen in judge.seen]
    pauses = [after - before for before, after in pairwise(times)]
    assert all(pause >= least for pause, least in zip(pauses, (0.5, 1.0, 2.0), strict=True))
    assert "status 503: busy; attempt 2 again in" in run.log
    assert len(calls()) == 1


def test_retry_after_is_kept_as_seconds_and_as_a_date(begin, judge, one):
    def date():
        return email.utils.formatdate(time.time() + 3, usegmt=True)

    def later(handler):
        handler.send_response(503)
        handler.send_header("Retry-After", date())
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    judge.script = [(503, {"Retry-After": "2"}, b""), later]
    run = begin(REST_URL=judge.url)
    assert run.wait() == 0, run.log
    times = [seen[0] for seen in judge.seen]
    assert times[1] - times[0] >= 2
    assert times[2] - times[1] >= 1.5


@pytest.mark.parametrize(
    ("step", "said"),
    [
        ((400, {}, b"\nno: \x1b[31mempty\nmore"), "status 400: no: \ufffd[31mempty;"),
        ((401, {}, f"unknown key {SECRET}!".encode()), "status 401: unknown key ***!"),
        ((302, {"Location": "/other"}, b""), "status 302: it leads elsewhere; set REST_URL"),
        ((413, {}, b""), "status 413;"),
    ],
)  # fmt: skip
def test_a_refusal_is_final_and_the_answer_stays(begin, judge, one, calls, tmp_path, step, said):
    judge.script = [step]
    settings = {"REST_URL": judge.url, "API_HEADER": f"Authorization: Bearer {SECRET}"}
    run = begin(**settings)
    assert run.wait() == 1
    assert said in run.log
    assert f"it is kept in {tmp_path / 'result.json'}: run again" in run.log
    assert len(judge.seen) == 1
    assert SECRET not in run.log
    assert "Traceback" not in run.log
    kept = (tmp_path / "result.json").read_bytes()
    assert kept == judge.seen[0][3]
    again = begin(**settings)
    assert again.wait() == 0, again.log
    assert judge.seen[1][3] == kept
    assert len(calls()) == 1


def test_nobody_there_is_tried_until_the_time_is_over(begin, one, tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{taken.getsockname()[1]}/"
        began = time.monotonic()
        run = begin(REST_URL=address, BATCH_RETRY=2)
        assert run.wait() == 1
    assert time.monotonic() - began > 0.5
    assert "no answer: Connection refused; attempt 2 again" in run.log
    assert "did not accept the answer in 2 s (BATCH_RETRY)" in run.log
    assert (tmp_path / "result.json").exists()


def test_a_pause_that_is_too_long_is_not_begun(begin, judge, one):
    judge.script = [(503, {"Retry-After": "3600"}, b"")]
    run = begin(REST_URL=judge.url)
    assert run.wait() == 1
    assert "1 attempts, last status 503" in run.log


def test_a_judge_that_never_ends_its_answer_is_given_up(begin, judge, one):
    given_up = threading.Event()

    def drips(handler):
        while not given_up.wait(0.1):
            handler.wfile.write(b"H")  # fails once nobody listens any more
            handler.wfile.flush()

    judge.script = [drips]
    run = begin(REST_URL=judge.url, REST_TIMEOUT=1, BATCH_RETRY=0)
    assert run.wait() == 1
    given_up.set()
    assert "no answer: none in 1 s (REST_TIMEOUT)" in run.log


@pytest.mark.skipif(not shutil.which("openssl"), reason="openssl makes the certificate")
def test_https_wants_a_certificate_that_is_trusted(begin, judge, one, tmp_path, calls):
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1"]
    command += ["-subj", "/CN=judge", "-addext", "subjectAltName=IP:127.0.0.1"]
    command += ["-keyout", str(key), "-out", str(certificate)]
    subprocess.run(command, check=True, capture_output=True, timeout=30)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    judge.server.socket = context.wrap_socket(judge.server.socket, server_side=True)
    url = judge.url.replace("http:", "https:")
    run = begin(REST_URL=url)
    assert run.wait() == 1
    assert "no answer: self-signed certificate; SSL_CERT_FILE names authorities" in run.log
    again = begin(REST_URL=url, SSL_CERT_FILE=certificate)
    assert again.wait() == 0, again.log
    assert judge.answer() == [{"file": "a.jpg", "result": "a"}]
    assert len(calls()) == 1


def test_an_answer_without_an_end_counts_by_its_status(begin, judge, one):
    judge.script = [(202, {"Content-Length": "1000"}, b"on its way")]
    run = begin(REST_URL=judge.url, REST_TIMEOUT=2)
    assert run.wait() == 0, run.log
