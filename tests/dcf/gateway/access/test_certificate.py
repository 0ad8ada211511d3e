"""TLS at both doors of a real gateway: who is shown what, renewal, and what is no TLS."""

import datetime
import socket
import ssl
import time

import grpc
import pytest
import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from dcf._proto import gateway_pb2 as pb
from dcf._proto.gateway_pb2_grpc import GatewayStub
from dcf.errors import CannotStart
from dcf.gateway.access.access import Access
from dcf.gateway.access.certificate import Certificate, _context, certificate_of
from dcf.gateway.access.credentials import Credentials
from dcf.gateway.bounds import Bounds


def write_pair(folder, name="localhost"):
    """A certificate that is its own authority, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    who = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(who)
        .issuer_name(who)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    kind = serialization.Encoding.PEM
    private = key.private_bytes(
        kind, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (folder / "cert.pem").write_bytes(made.public_bytes(kind))
    (folder / "key.pem").write_bytes(private)
    return made.serial_number


@pytest.fixture
def pair(tmp_path):
    write_pair(tmp_path)
    return tmp_path / "cert.pem", tmp_path / "key.pem"


@pytest.fixture
def gateway(background, pair):
    made = background(certificate=Certificate(*pair))
    deployed = {"service": "f", "image": "i"}
    answer = requests.post(f"{address(made)}/system/functions", json=deployed, verify=pair[0])
    assert answer.status_code == 202
    return made


def address(gateway):
    assert gateway.server.rest.startswith("https://127.0.0.1:")
    return gateway.server.rest.replace("127.0.0.1", "localhost")


def port(gateway):
    return int(gateway.server.rest.rpartition(":")[2])


def shown_serial(gateway):
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with (
        socket.create_connection(("127.0.0.1", port(gateway)), 10) as plain,
        context.wrap_socket(plain) as secure,
    ):
        return x509.load_der_x509_certificate(secure.getpeercert(True)).serial_number


def test_functions_are_called_over_kept_connections(gateway, pair):
    with requests.Session() as session:
        session.verify, session.trust_env = str(pair[0]), False  # whatever REQUESTS_CA_BUNDLE says
        for body in (b"a", b"b" * 300_000):
            assert session.post(f"{address(gateway)}/function/f", data=body).content == body


def test_grpc_speaks_it_too_and_functions_call_one_another_without(gateway, pair):
    asked = pb.InvokeServiceRequest(Service="f", Input=b"in")
    trusted = grpc.ssl_channel_credentials(pair[0].read_bytes())
    place = gateway.server.grpc.replace("127.0.0.1", "localhost")
    with grpc.secure_channel(place, trusted) as channel:
        assert GatewayStub(channel).Invoke(asked, timeout=20).Msg == "in"
    with grpc.insecure_channel(gateway.server.grpc) as channel, pytest.raises(grpc.RpcError):
        GatewayStub(channel).Invoke(asked, timeout=5)


def test_a_renewed_certificate_is_shown_without_a_restart(gateway, pair, tmp_path):
    certificate = gateway.settings.certificate
    before = shown_serial(gateway)
    after = write_pair(tmp_path)
    certificate.renew()
    assert shown_serial(gateway) == after != before
    trusted = grpc.ssl_channel_credentials(pair[0].read_bytes())
    place = gateway.server.grpc.replace("127.0.0.1", "localhost")
    with grpc.secure_channel(place, trusted) as channel:
        assert GatewayStub(channel).HealthCheck(pb.Empty(), timeout=20).Msg == "OK"


def test_one_that_is_half_written_is_not_taken(gateway, pair, caplog):
    before, certificate = shown_serial(gateway), gateway.settings.certificate
    pair[0].write_bytes(pair[0].read_bytes()[:100])
    certificate.renew()
    assert shown_serial(gateway) == before
    pair[0].unlink()
    certificate.renew()
    assert shown_serial(gateway) == before
    assert "certificate_unusable" in caplog.text or "cannot be used" in caplog.text


def test_files_that_change_while_they_are_read_are_taken_together(pair, tmp_path, monkeypatch):
    """gRPC would be given the new certificate and the key of the old one."""
    known, (chain, key) = Certificate(*pair), pair
    before, old_key = known._bytes, key.read_bytes()
    write_pair(tmp_path)
    after = chain.read_bytes(), key.read_bytes()
    key.write_bytes(old_key)  # whoever renews them has written one so far, and writes the other

    def context(*files):
        key.write_bytes(after[1])
        return _context(*files)

    monkeypatch.setattr("dcf.gateway.access.certificate._context", context)
    known.renew()
    assert known._bytes == before
    known.renew()
    assert known._bytes == after


def test_it_looks_by_itself(gateway, tmp_path):
    after = write_pair(tmp_path)
    deadline = time.monotonic() + 30
    while shown_serial(gateway) != after:
        assert time.monotonic() < deadline
        time.sleep(0.2)


def test_what_is_no_tls_is_turned_away_and_silence_ends(background, pair):
    gateway = background(certificate=Certificate(*pair), bounds=Bounds(head_timeout=1))
    with socket.create_connection(("127.0.0.1", port(gateway)), 10) as plain:
        plain.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert b"200 OK" not in plain.recv(1000)
    with socket.create_connection(("127.0.0.1", port(gateway)), 10) as silent:
        assert silent.recv(1) == b""
    answer = requests.get(f"{address(gateway)}/healthz", verify=pair[0])
    assert answer.text == "OK"


def test_old_versions_are_not_spoken(gateway):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.set_ciphers("DEFAULT:@SECLEVEL=0")
    with pytest.warns(DeprecationWarning, match="TLSv1_1"):
        context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_1
    with (
        socket.create_connection(("127.0.0.1", port(gateway)), 10) as plain,
        pytest.raises((ssl.SSLError, ConnectionError)),
    ):
        context.wrap_socket(plain)


def test_connections_that_never_shake_hands_make_room(background, pair):
    made = background(certificate=Certificate(*pair), bounds=Bounds(connections=4, per_address=4))
    held = [socket.create_connection(("127.0.0.1", port(made)), 10) for _ in range(12)]
    try:
        assert requests.get(f"{address(made)}/healthz", verify=pair[0], timeout=10).text == "OK"
    finally:
        for each in held:
            each.close()


@pytest.mark.parametrize("harm", ["missing", "swapped", "other", "text"])
def test_files_that_cannot_be_used_stop_the_start(tmp_path, harm):
    write_pair(tmp_path)
    chain, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    if harm == "missing":
        key.unlink()
    elif harm == "swapped":
        chain, key = key, chain
    elif harm == "other":
        kept = chain.read_bytes()
        write_pair(tmp_path)
        chain.write_bytes(kept)
    else:
        key.write_text("no key")
    with pytest.raises(CannotStart, match="TLS"):
        Certificate(chain, key)


def test_both_files_or_none(pair):
    assert certificate_of(None, None) is None
    for given in ((pair[0], None), (None, pair[1])):
        with pytest.raises(CannotStart, match="both --tls-cert and --tls-key"):
            certificate_of(*given)


def test_a_login_over_tls_is_kept_for_tls(background, pair):
    who = Access(Credentials("me", "word"))
    gateway = background(certificate=Certificate(*pair), access=who)
    shown = {"user": "me", "password": "word"}
    answer = requests.post(f"{address(gateway)}/ui/login", json=shown, verify=pair[0], timeout=20)
    assert answer.json()["login"] == "done"
    assert "Secure" in answer.headers["Set-Cookie"].split("; ")
