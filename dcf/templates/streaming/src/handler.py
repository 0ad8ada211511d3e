def Handler(req):
    """Runs for every message of a stream: req.input is bytes, and so is the answer."""
    return req.input[::-1]
