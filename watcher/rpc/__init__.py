"""gRPC on the function's side: the door, and calls from one function to another."""
