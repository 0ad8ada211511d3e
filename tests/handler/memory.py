"""How much memory the reading of a body takes, in a process of its own."""

import json
import subprocess
import sys

_PROGRAM = """
import json, resource, sys
from handler.errors import PayloadError
from handler.payload import read_payload
body = eval(sys.argv[1])
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
try:
    read_payload(body)
except PayloadError as error:
    pass
print(json.dumps((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024))
"""


def grown(body):
    """Bytes by which a process grows that reads a body, given as Python writes it."""
    command = ["sh", "-c", 'ulimit -t 20 && exec "$@"', "sh", sys.executable, "-c", _PROGRAM, body]
    done = subprocess.run(command, capture_output=True, check=True, timeout=60, text=True)
    return json.loads(done.stdout)
