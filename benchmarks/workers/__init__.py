"""Programs that a comparison starts and commands, one side of it in a process of its own."""
