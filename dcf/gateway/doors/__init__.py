"""The REST doors, one a family of routes: what each answers."""
