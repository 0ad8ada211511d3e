"""REST: connections, routes, bodies, and who may ask."""
