"""What holds for all tests."""

import importlib.util
import signal

if importlib.util.find_spec("hypothesis"):
    from hypothesis import settings

    # A slow machine is not a failure: speed is measured in benchmarks/, never in a test.
    settings.register_profile("project", deadline=None)
    settings.load_profile("project")

# A shell that starts the tests in the background has SIGINT ignored, and so would every program
# that they start and end by it.
signal.signal(signal.SIGINT, signal.default_int_handler)
