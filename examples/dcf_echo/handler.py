"""A DCF function: a class that is built once and called with each request."""

import mesh  # noqa: F401 - DCF's template imports it whether it is used or not


class Handler:
    """Answers with what came."""

    def __init__(self):
        self.calls = 0

    def __call__(self, req):
        self.calls += 1
        return req.input
