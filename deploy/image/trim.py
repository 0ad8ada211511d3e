"""Takes out of an environment what no serving process reads; run by ``install.sh``.

What goes: tests (numpy's module for those of its vector code among them), C headers, type stubs,
the engine's parts for other devices and for converting models, what compiles code against numpy,
then the shared libraries that nothing left needs. All of numpy's, Pillow's and OpenCV's Python
stays: functions are built on this image, and one that runs on a laptop must run there.
"""

import re
import shutil
import subprocess
import sysconfig
from pathlib import Path

_SITE = Path(sysconfig.get_path("purelib"))

_UNREAD = (
    "PIL/_imagingtk*.so",
    "ai_edge_litert/aot",
    "ai_edge_litert/libLiteRt.so",
    "ai_edge_litert/libLiteRtWebGpuAccelerator.so",
    "ai_edge_litert/schema_py_generated.py",
    "ai_edge_litert/tools",
    "ai_edge_litert/vendors",
    "cv2/LICENSE*.txt",  # they are in its dist-info, too
    # For the engine's converters. pip must not think that a function that wants one has it.
    "ml_dtypes",
    "ml_dtypes-*.dist-info",
    "tqdm",
    "tqdm-*.dist-info",
    "../../../bin/tqdm",
    "numpy/_core/*tests*.so",
    "numpy/_core/_simd*.so",
    "numpy/_core/include",
    "numpy/_core/lib",
    "numpy/distutils",
    "numpy/f2py",
    "**/tests",
    "**/*.pyi",
    "**/*.a",
    "**/*.h",
    "**/*.pxd",
    "**/*.c",
    "**/*.cpp",
)
# Libraries that the wheels' own tools have moved around inside do not survive `strip`; this does.
_STRIPPED = "ai_edge_litert/libpywrap_litert_common.so"
# gRPC brings the web's authorities along; the image has Debian's, which are kept up to date.
_ROOTS = "grpc/_cython/_credentials/roots.pem"
_AUTHORITIES = Path("/etc/ssl/certs/ca-certificates.crt")
_NEEDED = re.compile(r"\(NEEDED\).*\[(.+)\]")


def main() -> None:
    """Deletes them; what is not there is no mistake, since the watcher alone has no engine."""
    for pattern in _UNREAD:
        for path in sorted(_SITE.glob(pattern)):
            _remove(path)
    for roots in _SITE.glob(_ROOTS):
        if not roots.is_symlink():
            roots.unlink()
            roots.symlink_to(_AUTHORITIES)
    while unneeded := _unneeded_libraries():
        for library in unneeded:
            _remove(library)
    for binary in _SITE.glob(_STRIPPED):
        subprocess.run(["strip", "--strip-unneeded", binary], check=True)
    for binary in _binaries():
        if not binary.is_symlink() and ".debug_info" in _read("--sections", binary):
            subprocess.run(["strip", "--strip-debug", binary], check=True)


def _unneeded_libraries() -> list[Path]:
    """Libraries that a wheel brought along and that no binary left asks for."""
    names = {name for binary in _binaries() for name in _needed_by(binary)}
    libraries = sorted(_SITE.glob("*.libs/*.so*"))
    # What two wheels share is asked for by the names of the links to it.
    needed = {path.resolve() for path in libraries if path.name in names}
    return [path for path in libraries if path.resolve() not in needed]


def _needed_by(binary: Path) -> list[str]:
    return _NEEDED.findall(_read("--dynamic", binary))


def _read(what: str, binary: Path) -> str:
    return subprocess.run(
        ["readelf", what, "--wide", binary], check=True, capture_output=True, text=True
    ).stdout


def _binaries() -> list[Path]:
    return [path for path in sorted(_SITE.rglob("*.so*")) if path.is_file()]


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


if __name__ == "__main__":
    main()
