"""The files of a Cloud Function's folder that are the same for every function."""

MAIN = '''\
"""This function under functions-framework: `answer` takes calls, `answer_event` CloudEvents."""

import json
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
# The packages of this folder, whatever else is installed under their names.
sys.path[:0] = [str(HERE), str(HERE / "function")]

from watcher.cloud.function import CloudFunction

SETTINGS = json.loads((HERE / "settings.json").read_text("utf-8"))
FUNCTION = CloudFunction({**SETTINGS, "HANDLER_DIR": str(HERE / SETTINGS["HANDLER_DIR"])})


def answer(request):
    """Answers a call."""
    return FUNCTION.answer(request)


def answer_event(event):
    """Answers a CloudEvent; the answer is a line of the log."""
    FUNCTION.take(event)
'''

README = """\
# {name} for Google Cloud Functions

Written by `dcf export --target cloud-functions`: change the function and export it again.

On this machine:

    python3 -m venv .venv
    .venv/bin/pip install -r requirements.txt
    .venv/bin/functions-framework --target answer --port 8080
    curl --data-binary @picture.jpg http://127.0.0.1:8080/

On Google's:

    {deploy}

Google asks callers for a token, unless `--allow-unauthenticated` is added.

`answer` takes calls; `answer_event` (`--signature-type cloudevent` here, another trigger in place
of `--trigger-http` there) takes CloudEvents that carry or name a picture. Settings are in
settings.json; variables of the environment win over it.
"""

IGNORED = """\
.venv
__pycache__
"""
