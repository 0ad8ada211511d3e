"""What a person sees: lines, tables, progress, and nothing that steers the terminal."""
