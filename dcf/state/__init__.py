"""State on disk that more than one room keeps: SQLite behind a thread, whose loss is noticed."""
