"""The verbs below ``ssd data``."""
