"""The engine a manifest names is the one that is loaded, and only that."""

import subprocess
import sys

from models.ssd.bundle import DEFAULT_BUNDLE, open_bundle
from models.ssd.session import open_session
from models.ssd.session_litert import LiteRtSession


def test_litert_where_the_manifest_says_so():
    session = open_session(open_bundle(DEFAULT_BUNDLE), 1)
    assert isinstance(session, LiteRtSession)


NAMED = """
import sys
from models.ssd import session_litert
from models.ssd.bundle import DEFAULT_BUNDLE, open_bundle
from models.ssd.errors import BundleError
from models.ssd.session import open_session
import msgspec
bundle = open_bundle(DEFAULT_BUNDLE)
other = msgspec.structs.replace(bundle.manifest, engine="tensorflow")
sys.modules["tensorflow"] = None  # as where it is not installed
try:
    open_session(msgspec.structs.replace(bundle, manifest=other), 1)
except BundleError as error:
    print(error.message)
"""


def test_an_engine_that_is_not_installed_is_told_with_its_package():
    done = subprocess.run(
        [sys.executable, "-c", NAMED], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout.strip() == (
        "this bundle runs on TensorFlow, which is not installed: pip install tensorflow"
    )
