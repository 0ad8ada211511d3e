"""An event for the tests of this folder."""


class Event(dict):
    """A CloudEvent as its library has it: attributes by name, and its data."""

    def __init__(self, data, **attributes):
        super().__init__({"id": "e1", "source": "/s", "type": "t", **attributes})
        self.data = data
