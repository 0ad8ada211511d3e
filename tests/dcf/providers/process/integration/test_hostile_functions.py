"""A function that tries to read, change and end what is another's or the gateway's."""

import contextlib
import hashlib
import json
import os
import sys
import sysconfig
from pathlib import Path

import pytest

from dcf.errors import CannotStart
from dcf.providers.placement import FunctionSpec
from dcf.providers.process.fence import LANDLOCK, NAMESPACE
from dcf.providers.process.isolation import NONE, chosen
from dcf.providers.process.process_usage import family
from tests.dcf.providers.process.integration.test_hostile_deploys import upload
from tests.dcf.providers.process.tars import code_of
from tests.waiting import until_async

SECRET = b"a value that is the victim's alone"
VICTIM = "# a value that is the victim's alone\ndef handle(body):\n    return 'alive'\n"
# Does what it is asked for, and says by each what came: the text that was read, or the error.
HOSTILE = """
import ctypes, json, os, signal


def read(path):
    with open(path, "rb") as file:
        return file.read(1 << 20).decode("latin-1")


def change(path):
    with open(path, "r+b") as file:
        file.truncate(0)
    return "done"


def make(path):
    with open(path, "xb"):
        return "done"


def end(pid):
    os.kill(int(pid), 0)
    return "done"


def cover(path):
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.umount2(path.encode(), 2):
        raise OSError(ctypes.get_errno(), "umount")
    return "done"


def tried(verb, what):
    known = {"read": read, "change": change, "make": make, "end": end, "uncover": cover,
             "list": lambda path: repr(os.listdir(path)), "follow": os.readlink,
             "remove": lambda path: os.remove(path) or "done"}
    try:
        return ["came", known[verb](what)]
    except OSError as fault:
        return ["refused", str(fault)]


def handle(body):
    return json.dumps([tried(*each) for each in json.loads(body)])
"""


@pytest.fixture(params=[NAMESPACE, LANDLOCK])
def mode(request, tmp_path):
    """Each isolation that this machine has."""
    with contextlib.suppress(CannotStart):
        return chosen(request.param, tmp_path).mode
    pytest.skip(f"this machine has no {request.param}")


class Scene:
    """A victim and its attacker, both running.

    Attributes:
        driven: Their provider.
        home: Its folder.
        processes: Of the gateway and the victim.
        files: Of others, each of which holds something that must not be read.
    """

    def __init__(self, driven, home):
        self.driven, self.home = driven, home
        self.files = []

    async def prepare(self):
        driven, stores = self.driven, self.driven.provider.stores
        (self.home / "tokens.json").write_bytes(SECRET)
        (self.home / "queue").mkdir()
        (self.home / "queue" / "1.body").write_bytes(SECRET)
        await stores.secrets.put("key", SECRET, replace=False)
        attached = await upload(driven, code_of({"weights": SECRET.decode()}))
        env = {"WEIGHTS": attached.replace("archive:", "attachment:"), "HIDDEN": SECRET.decode()}
        image = await upload(driven, code_of({"src/handler.py": VICTIM}))
        spec = FunctionSpec("victim", image, secrets=("key",), env=env)
        await driven.provider.placement.deploy(spec)
        await until_async(lambda: driven.provider.routing.targets("victim"), 30.0)
        self.hostile = await upload(driven, code_of({"src/handler.py": HOSTILE}))
        await driven.provider.placement.deploy(FunctionSpec("f", self.hostile))
        await driven.ready()
        code = image.rpartition(":")[2]
        self.files = [
            *(self.home / "run" / "secrets").glob("*/key"),
            *(self.home / name for name in ("secrets/key", "tokens.json", "queue/1.body")),
            self.home / "archives" / code,
            self.home / "code" / code / "src" / "handler.py",
            *(self.home / "attached").glob("*/weights"),
            self.home / "functions.db",
            *(self.home / "logs").glob("victim.log"),
        ]
        assert len(self.files) == 9, self.files
        victims = driven.provider.placement.pids()["victim"]  # supervisors
        self.processes = [os.getpid(), *(pid for each in victims for pid in family(each))]
        assert len(self.processes) >= 3

    async def ask(self, *tries):
        """What came of each."""
        body = json.dumps([[verb, str(what)] for verb, what in tries]).encode()
        return json.loads(await self.driven.call(body))


def played(drive, mode, steps):
    """Run `steps(scene)` in an isolation."""

    async def all_steps(driven):
        scene = Scene(driven, drive.home)
        await scene.prepare()
        await steps(scene)

    drive.options["isolation"] = mode
    drive(all_steps)


def came(tries, answers):
    """What was not refused."""
    return [
        (*each, text) for each, (kind, text) in zip(tries, answers, strict=True) if kind == "came"
    ]


def refused(answers):
    return came([()] * len(answers), answers) == []


def test_nothing_of_another_or_of_the_gateway_is_read_or_changed(drive, mode):
    async def steps(scene):
        roads = ["", "/proc/self/root", "/proc/self/cwd/../../../../../../../.."]
        paths = [f"{road}{path}" for road in roads for path in scene.files]
        before = [path.read_bytes() for path in scene.files]
        answers = await scene.ask(
            *(("read", path) for path in paths),
            *(("change", path) for path in scene.files),
            *(("remove", path) for path in scene.files),
            ("make", scene.home / "functions.new"),
            ("make", scene.home / "secrets" / "new"),
        )
        assert refused(answers), answers
        assert [path.read_bytes() for path in scene.files] == before
        for folder in ("", "secrets", "run", "run/secrets", "logs"):
            ((_, names),) = await scene.ask(("list", scene.home / folder))
            assert not any(word in names for word in ("victim", "key", "tokens"))
        assert refused(await scene.ask(("uncover", scene.home)))

    played(drive, mode, steps)


def test_the_processes_of_others_are_neither_looked_into_nor_ended(drive, mode):
    async def steps(scene):
        looks = [("read", "environ"), ("read", "mem"), ("follow", "fd/1"), ("follow", "cwd"),
                 ("follow", "root"), ("read", f"root{scene.home}/tokens.json"),
                 ("list", "map_files"), ("list", "root"), ("read", "auxv")]  # fmt: skip
        tries = [(verb, f"/proc/{pid}/{each}") for pid in scene.processes for verb, each in looks]
        answers = await scene.ask(*tries)
        assert came(tries, answers) == []
        if "signals" not in chosen(mode, scene.home).lacks:
            answers = await scene.ask(*(("end", pid) for pid in scene.processes))
            assert refused(answers), answers

    played(drive, mode, steps)


def test_what_it_and_others_run_is_not_changed(drive, mode):
    async def steps(scene):
        own = scene.home / "code" / scene.hostile.rpartition(":")[2] / "src" / "handler.py"
        watcher = Path(__file__).parents[5] / "watcher"
        packages = Path(sysconfig.get_path("purelib"))
        digests = [
            hashlib.sha256(path.read_bytes()).hexdigest() for path in (own, *watcher.glob("*.py"))
        ]
        answers = await scene.ask(
            ("remove", own), ("make", own.with_name("json.py")),
            ("make", watcher / "hostile.py"), ("make", watcher.parent / "sitecustomize.py"),
            ("make", packages / "hostile.pth"), ("make", Path(sys.base_prefix) / "hostile"),
        )  # fmt: skip
        assert refused(answers), answers
        ((kind, text),) = await scene.ask(("read", own))
        assert (kind, text) == ("came", HOSTILE)
        assert digests == [
            hashlib.sha256(path.read_bytes()).hexdigest() for path in (own, *watcher.glob("*.py"))
        ]

    played(drive, mode, steps)


def test_files_of_the_gateway_elsewhere_are_hidden_too(drive, mode, tmp_path):
    key = tmp_path / "key.pem"
    key.write_bytes(SECRET)
    drive.options["secret_files"] = [key, tmp_path / "not-there"]

    async def steps(scene):
        ((_, text),) = await scene.ask(("read", key))
        assert SECRET.decode() not in text

    played(drive, mode, steps)


def test_without_isolation_it_reads_all_of_it(drive):
    """What the other tests try would work."""

    async def steps(scene):
        answers = await scene.ask(*(("read", path) for path in scene.files))
        assert [kind for kind, _ in answers] == ["came"] * len(answers)
        assert sum(SECRET.decode() in text for _, text in answers) == 7
        answers = await scene.ask(
            *(("read", f"/proc/{pid}/environ") for pid in scene.processes),
            *(("end", pid) for pid in scene.processes),
        )
        assert {kind for kind, _ in answers} == {"came"}

    played(drive, NONE, steps)


# Code of the function as well: it runs while pip builds a package of its requirements.
BUILD = """
import os, pathlib, zipfile

HOME = pathlib.Path(__file__).resolve().parents[4]  # home/code/DIGEST/src/pkg
places = [HOME / name for name in ("tokens.json", "secrets/key", "queue/1.body", "functions.db")]
places += [pathlib.Path("/proc", pid, "environ") for pid in os.listdir("/proc") if pid.isdigit()]
seen = []
for path in places:
    try:
        if b"the victim" in path.read_bytes():
            seen.append(str(path))
    except OSError:
        continue


def build_wheel(folder, config_settings=None, metadata_directory=None):
    name = "spy-1-py3-none-any.whl"
    with zipfile.ZipFile(pathlib.Path(folder, name), "w") as wheel:
        wheel.writestr("spy.py", f"SEEN = {seen!r}")
        about = "Metadata-Version: 2.1\\nName: spy\\nVersion: 1\\n"
        wheel.writestr("spy-1.dist-info/METADATA", about)
        about = "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n"
        wheel.writestr("spy-1.dist-info/WHEEL", about)
        wheel.writestr("spy-1.dist-info/RECORD", "")
    return name
"""


def built(drive, mode):
    """What of others a build saw."""
    seen = []
    spy = {
        "src/pkg/pyproject.toml": (
            '[build-system]\nrequires = []\nbuild-backend = "spying"\nbackend-path = ["."]\n'
            '[project]\nname = "spy"\nversion = "1"\n'
        ),
        "src/pkg/spying.py": BUILD,
        "src/requirements.txt": "./pkg\n",
        "src/handler.py": "import json, spy\ndef handle(body):\n    return json.dumps(spy.SEEN)\n",
    }

    async def steps(scene):
        image = await upload(scene.driven, code_of(spy))
        await scene.driven.provider.placement.update(FunctionSpec("f", image))
        await scene.driven.until(lambda status: status.rollout in {"ready", "failed"})
        await scene.driven.until(lambda status: status.spec.image == image and status.available)
        seen.extend(json.loads(await scene.driven.call()))

    played(drive, mode, steps)
    return seen


def test_a_build_of_its_requirements_sees_no_more_than_it_does(drive, mode):
    assert built(drive, mode) == []


def test_without_isolation_a_build_sees_all_of_it(drive):
    assert len(built(drive, NONE)) >= 4


# What handlers do everywhere.
ORDINARY = """
import json, os, pathlib, socket, sqlite3, subprocess, sys, tempfile, threading


def handle(body):
    done = {}
    with tempfile.TemporaryDirectory() as folder:
        first, second = pathlib.Path(folder, "a", "one"), pathlib.Path(folder, "two")
        first.parent.mkdir()
        first.write_text("text")
        os.replace(first, second)
        base = sqlite3.connect(pathlib.Path(folder, "base.db"))
        base.execute("PRAGMA journal_mode=WAL")
        base.execute("CREATE TABLE t (x)")
        base.close()
        done["files"] = second.read_text()
    home = pathlib.Path.home()
    (home / ".cache" / "matplotlib").mkdir(parents=True, exist_ok=True)
    (home / ".cache" / "matplotlib" / "fonts.json").write_text("{}")
    done["home"] = os.listdir(home / ".cache")
    state = pathlib.Path(os.environ["FUNCTION_STATE_DIR"])
    (state / "count").write_text("1")
    (state / "count").replace(state / "counted")
    done["state"] = os.listdir(state)
    done["secret"] = pathlib.Path(os.environ["SECRETS_DIR"], "key").read_text()
    done["weights"] = pathlib.Path(os.environ["WEIGHTS"], "weights").read_text()
    child = subprocess.Popen(["sleep", "60"])
    child.terminate()
    done["child"] = child.wait()
    code = "import sqlite3, sys; print(sys.version_info[0])"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    done["python"] = run.stdout
    threads = [threading.Thread(target=done.__setitem__, args=("thread", 1))]
    [each.start() for each in threads], [each.join() for each in threads]
    with socket.create_server(("127.0.0.1", 0)) as server:
        with socket.create_connection(server.getsockname()):
            done["network"] = True
    with open("/dev/shm/" + os.environ["FUNCTION_NAME"] + str(os.getpid()), "x+") as shared:
        os.unlink(shared.name)
    done["null"] = os.path.exists("/dev/null") and os.access("/dev/urandom", os.R_OK)
    with open(f"/proc/self/task/{threading.get_native_id()}/status") as file:
        done["own"] = "Name" in file.read()
    import handler
    done["code"] = handler.__file__.startswith(os.getcwd())
    return json.dumps(done)
"""


def test_what_ordinary_handlers_do_works(drive, mode, tmp_path):
    (tmp_path / "user").mkdir()
    drive.options["environ"] = {**os.environ, "HOME": str(tmp_path / "user")}
    drive.options["isolation"] = mode

    async def steps(driven):
        await driven.provider.stores.secrets.put("key", b"first", replace=False)
        attached = await upload(driven, code_of({"weights": "heavy"}))
        env = {"WEIGHTS": attached.replace("archive:", "attachment:")}
        await driven.deploy(ORDINARY, secrets=("key",), env=env)
        for value in ("first", "second"):
            done = json.loads(await driven.call())
            assert done == {
                "files": "text", "home": ["matplotlib"], "state": ["counted"], "secret": value,
                "weights": "heavy", "child": -15, "python": "3\n", "thread": 1, "network": True,
                "null": True, "own": True, "code": True,
            }  # fmt: skip
            # A secret that changes is seen at once, as before.
            await driven.provider.stores.secrets.put("key", b"second", replace=True)
        # One that dies comes back as isolated as before.
        (pid,) = driven.provider.placement.pids()["f"]
        target = driven.provider.routing.targets("f")[0]
        for each in list(family(pid))[1:]:
            with contextlib.suppress(ProcessLookupError):
                os.kill(each, 9)
        await until_async(
            lambda: (found := driven.provider.routing.targets("f")) and found[0] != target, 30.0
        )
        assert json.loads(await driven.call())["secret"] == "second"

    drive(steps)
