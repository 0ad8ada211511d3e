"""The page at /ui/: its files, its login, the last hour of calls, what waits in the queue."""
