"""An echo beside which the import of grpc takes until a file is there."""

import os
import sys
import time
from importlib.abc import MetaPathFinder
from importlib.machinery import PathFinder
from pathlib import Path


class _Late(MetaPathFinder):
    def find_spec(self, name, path, target=None):
        if name != "grpc":
            return None
        spec = PathFinder.find_spec(name, path)
        execute = spec.loader.exec_module

        def wait_and_execute(module):
            Path(os.environ["GRPC_ASKED"]).touch()
            end = time.monotonic() + 30
            while not Path(os.environ["GRPC_MAY"]).exists() and time.monotonic() < end:
                time.sleep(0.005)
            execute(module)

        spec.loader.exec_module = wait_and_execute
        return spec


sys.meta_path.insert(0, _Late())


class Handler:
    def __call__(self, request):
        time.sleep(float(request.query.get("sleep", "0")))
        return request.input
