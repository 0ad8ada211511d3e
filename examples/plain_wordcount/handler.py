"""The plainest function: text in, text out."""


def handle(body):
    """Counts words."""
    return f"{len(body.split())} words"
