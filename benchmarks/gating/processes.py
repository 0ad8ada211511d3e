"""Tasks in processes that share what their parent has, without copying it."""

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

_Task = TypeVar("_Task")


def in_processes(work: Callable[[_Task], str], tasks: Sequence[_Task]) -> Iterator[str]:
    """Does each task in a process of its own, all at once; a line comes back from each.

    Args:
        work: Makes a line of a task.
        tasks: The tasks.

    Yields:
        The lines, in order of the tasks.
    """
    sys.stdout.flush()
    readers = []
    for task in tasks:
        reader, writer = os.pipe()
        child = os.fork()
        if child == 0:
            with os.fdopen(writer, "w") as stream:
                stream.write(work(task))
            os._exit(0)  # the parent's exit is not the child's
        os.close(writer)
        readers.append((child, reader))
    for child, reader in readers:
        with os.fdopen(reader) as stream:
            line = stream.read()
        os.waitpid(child, 0)
        if not line:
            raise RuntimeError("a process ended without an answer, see above")
        yield line
