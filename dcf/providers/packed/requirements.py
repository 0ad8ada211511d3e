"""The list of packages that a function's code may have beside its handler."""

NAME = "requirements.txt"


def wants_nothing(text: str) -> bool:
    """Whether there is no line in it but comments."""
    return all(not line.strip() or line.strip().startswith("#") for line in text.splitlines())
