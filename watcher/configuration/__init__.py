"""Settings: their table, how a value is read, and what the machine allows."""
