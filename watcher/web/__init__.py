"""HTTP on the function's side: sockets, requests, and the door that makes calls of them."""
