"""The gateway: one core, a REST door and a gRPC door."""
