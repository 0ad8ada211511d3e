"""What holds for all tests."""

import importlib.util

if importlib.util.find_spec("hypothesis"):
    from hypothesis import settings

    # A slow machine is not a failure: speed is measured in benchmarks/, never in a test.
    settings.register_profile("project", deadline=None)
    settings.load_profile("project")
