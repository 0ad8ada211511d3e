"""Writes docs/images/terminal.svg: a recording of real commands, as a picture that moves.

Needs a gateway (`make run`) and the commands on the path: `.venv/bin/python docs/images/record.py`.
"""

import os
import pty
import re
import subprocess
import tempfile
import textwrap
from dataclasses import dataclass
from html import escape
from pathlib import Path

_ROOT = Path(__file__).parents[2]
_COLUMNS, _ROWS = 78, 17
_COMMANDS = (
    "dcf function init --runtime python3-detection street",
    "cd street && dcf function create -f config.yaml",
    "base64 ../samples/coffee.jpg | dcf function call street --query threshold=0.9",
    "dcf function list",
    "ssd detect ../samples/chelsea.jpg",
)
_TYPING_S, _READING_S, _LAST_S = 0.9, 2.2, 5.0
_LINE, _GLYPH, _MARGIN = 19, 8.43, 14
_ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b\][^\x07]*\x07")
_STYLE = (
    "rect{fill:#0d1117}text{font:14px ui-monospace,Menlo,Consolas,'DejaVu Sans Mono',monospace;"
    "fill:#e6edf3;white-space:pre}.c{fill:#7ee787}"
)


@dataclass(frozen=True)
class Frame:
    """What is on the screen, and for how long."""

    lines: tuple[str, ...]
    seconds: float


def output_of(command: str, folder: Path) -> tuple[str, Path]:
    """What a command writes on a terminal, and the folder that the shell is in afterwards."""
    environ = os.environ | {"COLUMNS": str(_COLUMNS)}
    master, slave = pty.openpty()
    script = f"stty cols {_COLUMNS}; {command}; status=$?; pwd > {folder}/.pwd; exit $status"
    with subprocess.Popen(
        ["bash", "-c", script], cwd=folder, env=environ, stdin=slave, stdout=slave, stderr=slave
    ) as process:
        os.close(slave)
        written = b""
        try:
            while part := os.read(master, 65536):
                written += part
        except OSError:  # a terminal without a program at its other side
            pass
    os.close(master)
    if process.returncode:
        raise SystemExit(f"{command}: {written.decode(errors='replace')}")
    place = folder / ".pwd"
    after = Path(place.read_text().strip())
    place.unlink()
    return _ESCAPES.sub("", written.decode()), after


def shown_lines(written: str) -> list[str]:
    """The lines a person sees: what was overwritten is gone, what is long goes on below."""
    lines = []
    for line in written.replace("\r\n", "\n").rstrip("\n").split("\n"):
        last = [part for part in line.split("\r") if part][-1:] or [""]
        text = last[0].expandtabs().rstrip()
        lines += textwrap.wrap(text, _COLUMNS, drop_whitespace=False, break_on_hyphens=False) or [
            ""
        ]
    return lines


def record() -> list[Frame]:
    """Runs the commands."""
    frames, screen = [], []
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        (folder / "samples").symlink_to(_ROOT / "samples")
        for command in _COMMANDS:
            screen.append(f"$ {command}")
            frames.append(Frame(tuple(screen[-_ROWS:]), _TYPING_S))
            written, folder = output_of(command, folder)
            screen += shown_lines(written)
            frames.append(Frame(tuple(screen[-_ROWS:]), _READING_S))
    return [*frames[:-1], Frame(frames[-1].lines, _LAST_S)]


def picture_of(frames: list[Frame]) -> str:
    """An SVG that shows the frames in turn; the last one where animations are switched off."""
    whole = sum(frame.seconds for frame in frames)
    width, height = round(_COLUMNS * _GLYPH + 2 * _MARGIN), _ROWS * _LINE + 2 * _MARGIN
    rules, groups, began = [_STYLE], [], 0.0
    for number, frame in enumerate(frames):
        start, end = 100 * began / whole, 100 * (began + frame.seconds) / whole
        began += frame.seconds
        last = int(number == len(frames) - 1)
        rules.append(
            f"@keyframes f{number}{{0%,{start:.2f}%{{opacity:0}}"
            f"{start + 0.01:.2f}%,{end - 0.01:.2f}%{{opacity:1}}{end:.2f}%,100%{{opacity:{last}}}}}"
            f".f{number}{{opacity:{last};animation:f{number} {whole:.1f}s infinite}}"
        )
        groups.append(f'<g class="f{number}">{"".join(_lines(frame.lines))}</g>')
    rules.append("@media(prefers-reduced-motion:reduce){g{animation:none!important}}")
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img">'
        "<title>A detector is made, deployed and called in a terminal</title>"
        f"<style>{''.join(rules)}</style>"
        f'<rect width="{width}" height="{height}" rx="8"/>{"".join(groups)}</svg>\n'
    )


def _lines(lines: tuple[str, ...]) -> list[str]:
    shown = []
    for row, line in enumerate(lines):
        kind = ' class="c"' if line.startswith("$ ") else ""
        place = f'x="{_MARGIN}" y="{_MARGIN + (row + 1) * _LINE - 5}"'
        shown.append(f'<text {place}{kind} xml:space="preserve">{escape(line)}</text>')
    return shown


if __name__ == "__main__":
    (Path(__file__).parent / "terminal.svg").write_text(picture_of(record()), encoding="utf-8")
