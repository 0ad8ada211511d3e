"""A full disk is said to be one, over every door; nothing half-written stays, and all goes on."""

import contextlib
import hashlib
import os
import resource
import subprocess

import grpc
import pytest
import requests

from dcf._proto import gateway_pb2 as pb
from dcf._proto.gateway_pb2_grpc import GatewayStub
from dcf.archive import Entry, pack

TIMEOUT = 30
ONE = "def handle(body):\n    return 'one'\n"
BLOCK = os.urandom(1 << 16)
WORDS = {
    507: ("disk is full", "larger than the gateway may write"),
    500: ("disk reports an error",),
}


@pytest.fixture
def small_disk(tmp_path):
    """A folder on a file system of 24 MB; skipped where that cannot be mounted."""
    folder = tmp_path / "disk"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", str(folder)]
    if subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("file systems cannot be mounted here")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def fill(folder):
    """Leave no room at all."""
    with (folder / "ballast").open("wb", buffering=0) as file, contextlib.suppress(OSError):
        while file.write(BLOCK):
            pass
    with (folder / "last").open("wb", buffering=0) as file, contextlib.suppress(OSError):
        while file.write(b"x"):
            pass


def make_room(folder):
    """Take that back."""
    (folder / "ballast").unlink()
    (folder / "last").unlink()


def archive(folder, text):
    """A function's archive that is not at the gateway yet."""
    (folder / "code").mkdir(exist_ok=True)
    (folder / "code" / "handler.py").write_text(f"{ONE}# {text}\n" + "# more\n" * 20_000)
    return pack(folder / "code", Entry(".", "handler.py", "handle"), (), ())


class Doors:
    """Everything that writes, over REST."""

    def __init__(self, gateway, folder):
        self.gateway, self.folder = gateway, folder
        self.here = archive(folder, "here")
        assert self.ask("PUT", f"archives/{self.here.digest}", data=self.here.data) == 201
        assert self.ask("POST", "secrets", json={"name": "old", "value": "kept"}) == 202

    def ask(self, method, path, **more):
        """The status; what was said is kept."""
        url = f"{self.gateway.rest}/system/{path}"
        reply = requests.request(method, url, timeout=TIMEOUT, **more)
        self.said = reply.text
        return reply.status_code

    def files(self):
        """Put an archive and two secrets."""
        more = archive(self.folder, "more")
        big = "x" * 20_000
        yield self.ask("PUT", f"archives/{more.digest}", data=more.data)
        yield self.ask("POST", "secrets", json={"name": "new", "value": big})
        yield self.ask("PUT", "secrets", json={"name": "old", "value": big})

    def changes(self):
        """Scale, deploy, update."""
        yield self.ask("POST", "scale-function/v", json={"replicas": 2})
        body = {"service": "w", "image": self.here.image, "labels": {"x": "x" * 20_000}}
        yield self.ask("POST", "functions", json=body)
        yield self.ask("PUT", "functions", json={**body, "service": "v"})


def check(doors, asked, allowed):
    """Each is refused in one plain line; gives the statuses."""
    for status in asked:
        assert status in allowed, (status, doors.said)
        assert any(words in doors.said for words in WORDS[status]), doors.said
        assert doors.said.count("\n") == 1
        assert str(doors.gateway.home) not in doors.said


def unchanged(doors):
    """What there was before is there, whole, and nothing else."""
    home = doors.gateway.home
    assert not list(home.rglob("*.partial"))
    assert not list(home.rglob("w.log*"))
    assert (home / "secrets" / "old").read_text() == "kept"
    assert [each.name for each in (home / "secrets").iterdir()] == ["old"]
    listed = requests.get(f"{doors.gateway.rest}/system/functions", timeout=TIMEOUT).json()
    assert [(each["name"], each["replicas"]) for each in listed] == [("v", 1)]
    called = requests.post(f"{doors.gateway.rest}/function/v", data=b"", timeout=TIMEOUT)
    assert called.text == "one"
    for each in (home / "archives").iterdir():
        assert hashlib.sha256(each.read_bytes()).hexdigest() == each.name


def works_again(doors):
    """With room, the same is done."""
    assert list(doors.files()) == [201, 202, 202], doors.said
    assert list(doors.changes()) == [202, 202, 202], doors.said


def test_a_full_disk(small_disk, gateways, write_function, tmp_path):
    gateway = gateways(home=small_disk / "home")
    gateway.deploy(write_function(tmp_path / "v", "v", ONE, name="handle"))
    doors = Doors(gateway, tmp_path)
    fill(small_disk)
    check(doors, doors.files(), {507})
    check(doors, doors.changes(), {507})
    with grpc.insecure_channel(gateway.grpc) as channel:
        spec = pb.CreateFunctionRequest(
            Service="w", Image=doors.here.image, Labels={"x": "x" * 20_000}
        )
        with pytest.raises(grpc.RpcError) as caught:
            GatewayStub(channel).Deploy(spec, timeout=TIMEOUT)
    assert caught.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
    assert "disk is full" in caught.value.details()
    scaled = requests.put(
        f"{gateway.rest}/openfx/system/scale-function",
        json={"ServiceName": "v", "Replicas": 2},
        timeout=TIMEOUT,
    )
    assert scaled.status_code == 507
    assert "disk is full" in scaled.json()["message"]
    unchanged(doors)
    make_room(small_disk)
    works_again(doors)
    lines = requests.get(f"{gateway.rest}/system/logs?name=v", timeout=TIMEOUT).text
    assert all(line.endswith("}") for line in lines.splitlines())


def test_files_that_may_not_grow(gateways, write_function, tmp_path):
    """The same without any right to mount: the gateway itself may write no larger files."""
    gateway = gateways()
    gateway.deploy(write_function(tmp_path / "v", "v", ONE, name="handle"))
    doors = Doors(gateway, tmp_path)
    usual = resource.prlimit(gateway.process.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(gateway.process.pid, resource.RLIMIT_FSIZE, (4096, usual[1]))
    check(doors, doors.files(), {507})
    check(doors, doors.changes(), {500, 507})  # SQLite does not say what it was
    unchanged(doors)
    resource.prlimit(gateway.process.pid, resource.RLIMIT_FSIZE, usual)
    works_again(doors)
