"""A handler folder that is a package."""
