"""The shim: loads a handler once and serves it over HTTP and gRPC."""
