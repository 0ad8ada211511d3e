"""A function with everything that a config file can say of one."""

FULL = {
    "desc": "What is there",
    "maintainer": "me@here",
    "image": "registry.local:5000/fn@sha256:" + "a" * 64,
    "environment": {
        "PORT": "9000", "MAX_INFLIGHT": "12", "exec_timeout": "1m30s", "THRESHOLD": 0.4,
    },
    "secrets": ["token", "other", "regcred"],
    "labels": {"team": "vision", "com.openfaas.scale.min": "1", "com.openfaas.scale.max": 5},
    "annotations": {"topic": "pictures"},
    "limits": {"memory": "512Mi", "cpu": "2", "gpu": "1"},
    "requests": {"memory": "256Mi", "cpu": "500m"},
}  # fmt: skip
