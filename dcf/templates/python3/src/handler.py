import mesh  # mesh.mesh_call("another-function", b"input") calls another function


class Handler:
    def __init__(self):
        """Runs once, before the first call: load what takes long here."""

    def __call__(self, req):
        """Runs for every call: req.input is what came, as bytes."""
        return req.input
