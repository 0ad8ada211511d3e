"""Annotated pictures: read from any of the usual layouts into one record, checked, divided."""
