"""A DCF function that asks another one, `echo`, and adds a word of its own."""

import mesh


class Handler:
    """Passes its input on and marks the answer."""

    def __call__(self, req):
        answer = mesh.mesh_call("echo", req.input)
        return b"chained: " + answer
