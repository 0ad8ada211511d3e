"""OpenFx' wire, and gRPC: the same answers under both."""
