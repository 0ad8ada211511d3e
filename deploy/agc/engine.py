"""The container engine, as far as a submission needs it."""

import hashlib
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).parents[2]
_CHUNK = 1 << 20
_SECONDS_BETWEEN_LINES = 10.0
# What `dcf function build` says of an image, in the original command's words.
_BUILT = re.compile(r"^Image: (\S+) built in local environment", re.MULTILINE)


class SubmissionError(Exception):
    """A submission cannot be made; the message is one line and says what to do."""


class Engine:
    """Docker's command line, or one that takes the same words."""

    def __init__(self, command: str) -> None:
        """Asks whether it answers.

        Raises:
            SubmissionError: It does not.
        """
        self._command = command
        try:
            done = subprocess.run(
                [command, "version"], capture_output=True, text=True, timeout=60, check=False
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise SubmissionError(
                f"no container engine: {command} cannot be run ({type(error).__name__}); install "
                "docker, or name another with DOCKER="
            ) from error
        if done.returncode:
            raise SubmissionError(
                f"no container engine answers: {_last_line(done.stderr) or command}"
            )

    def build(self, folder: Path, name: str) -> None:
        """Builds the function of a folder: by its config.yaml, else by its Dockerfile.

        This project's own is built by its Dockerfile, so that nothing but an engine is needed.

        Args:
            folder: Of a function.
            name: Of the image.

        Raises:
            SubmissionError: There is neither, or it cannot be built.
        """
        if not folder.is_dir():
            raise SubmissionError(f"{folder} is no folder: DIR= names one with a function")
        if (folder / "config.yaml").is_file() and not folder.samefile(ROOT):
            return self.tag(self._build_function(folder / "config.yaml"), name)
        if not (folder / "Dockerfile").is_file():
            raise SubmissionError(f"{folder} has neither a config.yaml nor a Dockerfile")
        flags = os.environ.get("BUILD_FLAGS", "").split()
        done = subprocess.run(
            [self._command, "build", *flags, "--tag", name, str(folder)],
            env={**os.environ, "DOCKER_BUILDKIT": "1"}, check=False,
        )  # fmt: skip
        if done.returncode:
            raise SubmissionError(f"{folder}/Dockerfile cannot be built: see the lines above")
        return None

    def _build_function(self, config: Path) -> str:
        done = subprocess.run(
            # Whoever makes a submission names the folder, and the image stays on this machine.
            [
                *(sys.executable, "-m", "dcf", "function", "build"),
                *("--allow-outside", "-f", str(config)),
            ],
            env={**os.environ, "DCF_ENGINE": self._command, "PYTHONPATH": str(ROOT)},
            stdout=subprocess.PIPE, text=True, check=False,
        )  # fmt: skip
        images = _BUILT.findall(done.stdout)
        if done.returncode:
            raise SubmissionError(f"{config} cannot be built: see the lines above")
        if len(images) != 1:
            raise SubmissionError(
                f"{config} has {len(images)} functions to build; one is handed in"
            )
        return str(images[0])

    def tag(self, image: str, name: str) -> None:
        """Gives an image another name.

        Args:
            image: An image that is here.
            name: Its other name.

        Raises:
            SubmissionError: There is no such image.
        """
        self._ask("tag", image, name)

    def size(self, image: str) -> int:
        """Bytes of an image that is here; raises `SubmissionError`."""
        return int(self._ask("image", "inspect", "--format", "{{.Size}}", image))

    def run(self, image: str, flags: Sequence[str], seconds: float) -> None:
        """Runs a container to its end; what it writes is seen.

        Args:
            image: What to run.
            flags: Of `docker run`.
            seconds: Longest time.

        Raises:
            SubmissionError: It failed, or took longer.
        """
        name = f"submission-{os.getpid()}"
        try:
            done = subprocess.run(
                [self._command, "run", "--rm", "--name", name, *flags, image],
                check=False, timeout=seconds, stdout=sys.stderr,
            )  # fmt: skip
        except subprocess.TimeoutExpired as error:
            raise SubmissionError(
                f"the container did not end in {seconds:g} s (CHECK_TIMEOUT=)"
            ) from error
        finally:
            subprocess.run([self._command, "rm", "--force", name], check=False, capture_output=True)
        if done.returncode:
            raise SubmissionError(
                f"the container ended with {done.returncode}: see its lines above"
            )

    def save(self, image: str, target: Path, size: int) -> str:
        """Writes an image to a file, with progress; a file that is not whole is never left.

        Args:
            image: What to save.
            target: The file.
            size: About how many bytes come.

        Returns:
            The file's sha256.

        Raises:
            SubmissionError: The engine failed, or the disk is full.
        """
        target.parent.mkdir(parents=True, exist_ok=True)
        free = shutil.disk_usage(target.parent).free
        if free < size * 1.05:
            raise SubmissionError(
                f"{target.parent} has {free / 1e6:.0f} MB free, "
                f"{target.name} needs {size / 1e6:.0f}"
            )
        part = target.with_name(f"{target.name}.part")
        try:
            digest = self._copy(image, part, size)
            part.replace(target)
        except OSError as error:
            raise SubmissionError(f"{target} cannot be written: {error.strerror}") from error
        finally:
            part.unlink(missing_ok=True)
        return digest

    def _copy(self, image: str, part: Path, size: int) -> str:
        digest, done, said = hashlib.sha256(), 0, time.monotonic()
        with (
            subprocess.Popen([self._command, "save", image], stdout=subprocess.PIPE) as saving,
            part.open("wb") as file,
        ):
            assert saving.stdout is not None
            try:
                while chunk := saving.stdout.read(_CHUNK):
                    file.write(chunk)
                    digest.update(chunk)
                    done += len(chunk)
                    said = _progress(done, size, said)
            except BaseException:
                saving.kill()
                raise
        if saving.returncode:
            raise SubmissionError(f"{self._command} save ended with {saving.returncode}")
        return digest.hexdigest()

    def _ask(self, *arguments: str) -> str:
        done = subprocess.run(
            [self._command, *arguments], capture_output=True, text=True, check=False, timeout=60
        )
        if done.returncode:
            raise SubmissionError(_last_line(done.stderr) or f"{arguments[0]} failed")
        return done.stdout.strip()


def _progress(done: int, size: int, said: float) -> float:
    """Says how far it is: in place on a terminal, else a line now and then."""
    now = time.monotonic()
    is_terminal = sys.stderr.isatty()
    if now - said < (0.2 if is_terminal else _SECONDS_BETWEEN_LINES):
        return said
    print(f"saving: {done / 1e6:.0f} of about {size / 1e6:.0f} MB", file=sys.stderr,
          end="\r" if is_terminal else "\n", flush=True)  # fmt: skip
    return now


def _last_line(text: str) -> str:
    lines = text.strip().splitlines()
    return lines[-1] if lines else ""
