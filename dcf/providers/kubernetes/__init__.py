"""The Kubernetes provider: a Deployment and a Service a function; the cluster is the state."""
