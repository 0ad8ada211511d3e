"""The whole life of a model on one machine: `make pipeline`, or `python examples/pipeline/demo.py`.

It starts what a company has anyway, BigQuery (an emulator) with 300 labelled pictures and a gateway
with a function, and then types what a person types. It needs .venv-train and .venv-emulator.
"""

import argparse
import http.client
import json
import os
import shlex
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).parents[2]
HERE = Path(__file__).parent
TABLE = "bigquery://acme/vision/digits"
sys.path.insert(0, str(ROOT))
PICTURES, HELD_OUT = "300", "60"


def say(line: str) -> None:
    """Writes a line, before what a command writes next."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


class Place:
    """The folder that all of it is in, and the commands that are typed there."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        for name in ("pipeline.yaml", "search.yaml", "gate.yaml"):
            shutil.copyfile(HERE / name, folder / name)
        os.environ |= {
            "PYTHONPATH": str(ROOT), "SSD_REGISTRY": str(folder / "work/models"),
            "XDG_CONFIG_HOME": str(folder / "config"), "TF_CPP_MIN_LOG_LEVEL": "2",
            "MLFLOW_TRACKING_URI": "",
        }  # fmt: skip

    def ssd(self, *words: object, fails: bool = False) -> None:
        """Types a command of `ssd`; what it says passes by."""
        line = [str(word) for word in words]
        say(f"$ ssd {shlex.join(line)}")
        command = [sys.executable, "-m", "models.commands", *line]
        done = subprocess.run(command, cwd=self.folder, check=False)
        if (done.returncode != 0) != fails:
            sys.exit(f"ssd {line[0]} ended with {done.returncode}")


def title(words: str) -> None:
    """What comes next."""
    say(f"\n== {words}")


def label(place: Place, digits: Path | None) -> None:
    """Makes the pictures that somebody has labelled, and those that are kept for judging."""
    from models.datasets.exchange.opening import open_place
    from models.datasets.exchange.pushing import push
    from models.datasets.reading import read_data_set

    source = ["--digits", digits] if digits else []
    place.ssd("data", "make", "digits", "--count", PICTURES, "--out", "labelled", *source)
    place.ssd("data", "make", "digits", "--count", HELD_OUT, "--split", "test", "--out", "test",
              *source)  # fmt: skip
    # `ssd data push` does it; here by hand, because the emulator wants uploads in another type.
    pushed = push(
        read_data_set(place.folder / "labelled"), open_place(TABLE), lambda _: lambda *_: None
    )
    say(f"{TABLE} has {pushed.pictures} pictures, {pushed.moved} of them new")


@contextmanager
def gateway(place: Place) -> Iterator[None]:
    """A gateway with the function `ssd` as the repository has it, with the embedded COCO model."""
    home, command = place.folder / "home", [sys.executable, "-m", "dcf"]
    is_new, log = not home.exists(), place.folder / "gateway.log"
    process = subprocess.Popen(
        [*command, "gateway", "start", "--port", "0", "--grpc-port", "0", "--home", str(home),
         "--min-ready-seconds", "0.3"],
        cwd=place.folder, stdout=subprocess.PIPE, stderr=log.open("ab"), text=True,
    )  # fmt: skip
    assert process.stdout is not None
    reading = threading.Thread(target=process.stdout.read)  # it never waits for a reader
    try:
        ready = next((line for line in process.stdout if line.startswith("Gateway: ")), "")
        reading.start()
        if not ready:
            sys.exit(f"the gateway did not start, {log} says why")
        os.environ["DCF_GATEWAY"] = ready.split()[1]
        if is_new:
            create = [*command, "function", "create", "-f", str(ROOT / "config.yaml")]
            subprocess.run(create, cwd=place.folder, check=True, stdout=subprocess.DEVNULL)
        yield
    finally:
        process.terminate()
        process.wait(60)
        reading.join()


def call(picture: bytes) -> tuple[str, list[str]]:
    """Calls the function: what model answered, and the classes that it found."""
    connection = http.client.HTTPConnection(urlsplit(os.environ["DCF_GATEWAY"]).netloc, timeout=60)
    try:
        connection.request("POST", "/function/ssd?threshold=0.2", picture)
        answer = connection.getresponse()
        found = json.loads(answer.read())
        named = [each["class"] for each in found] if answer.status == http.client.OK else []
        return answer.headers.get("X-Model", ""), named
    finally:
        connection.close()


def show(place: Place, words: str) -> None:
    """Says what a caller gets now."""
    picture = next((place.folder / "test/images").iterdir())
    model, found = call(picture.read_bytes())
    say(f"{words}: {model or 'a model that nobody named'} finds {', '.join(found) or 'nothing'}")


@contextmanager
def callers(place: Place) -> Iterator[None]:
    """Somebody who calls the function all the time."""
    pictures = [each.read_bytes() for each in sorted((place.folder / "test/images").iterdir())]
    over = threading.Event()

    def go_on() -> None:
        at = 0
        while not over.is_set():
            call(pictures[at % len(pictures)])
            at += 1

    thread = threading.Thread(target=go_on)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def break_model(place: Place) -> None:
    """A bundle like the good one, whose classes have moved by one: every answer is wrong."""
    from models.ssd.bundle import open_bundle
    from models.ssd.convert.folder import read_contents, write_bundle

    good, out = place.folder / "work/bundle", place.folder / "work/broken"
    lines = (good / "labels.txt").read_text().splitlines()
    moved = "".join(f"{line}\n" for line in (*lines[1:], lines[0]))
    shutil.rmtree(out, ignore_errors=True)
    write_bundle(
        out, open_bundle(good).manifest, read_contents(good) | {"labels.txt": moved.encode()}
    )


def tell_story(place: Place, digits: Path | None) -> None:
    """Types one command after the other."""
    title(f"{PICTURES} labelled pictures lie in BigQuery")
    label(place, digits)
    show(place, "before")

    title("The pipeline: search, export, evaluate, gate, deploy")
    place.ssd("pipeline", "run", "pipeline.yaml")
    show(place, "the fine-tuned model serves")

    title("Once more: nothing has changed, so nothing is done")
    place.ssd("pipeline", "run", "pipeline.yaml")

    title("A broken candidate: the gate refuses it, and so does the deployment")
    break_model(place)
    place.ssd("models", "add", "work/broken", "--experiment", "broken", "--trial", 1,
              "--run", "work/study/best")  # fmt: skip
    place.ssd("gate", "broken-1", "--data", "test", "--rules", "gate.yaml", fails=True)
    place.ssd("deploy", "broken-1", fails=True)

    title("Forced past the gate as a canary: it answers wrong, and goes back by itself")
    with callers(place):
        place.ssd("deploy", "broken-1", "--force", "to see what a canary does", "--canary", "0.5",
                  "--agreement", "0.8", "--calls", "40", "--latency", "10", fails=True)  # fmt: skip
    show(place, "still")

    title("Back to what served before, and forth again")
    place.ssd("rollback")
    show(place, "after the rollback")
    place.ssd("rollback", "--to", "digits-1")
    show(place, "in the end")
    place.ssd("history")


def main() -> None:
    """Reads the command line."""
    from tests.emulators import bigquery_server

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=ROOT / ".cache/pipeline")
    parser.add_argument("--digits", type=Path, help="MNIST's files; else as `ssd data make` does")
    given = parser.parse_args()
    place = Place(given.out.resolve())
    with ExitStack() as stack:
        stack.enter_context(bigquery_server(place.folder / "bigquery", "vision"))
        stack.enter_context(gateway(place))
        tell_story(place, None if given.digits is None else given.digits.resolve())
    say(f"\nWhat happened: {place.folder / 'pipeline.run/page.html'}")


if __name__ == "__main__":
    main()
