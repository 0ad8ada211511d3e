"""One target a file: `one(data)` raises only what is a finding; WORDS are those of its format."""
