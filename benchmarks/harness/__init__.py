"""What every comparison shares: programs, load, rounds, bars, the table and JSON."""
