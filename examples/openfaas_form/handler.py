"""An OpenFaaS function that looks at headers and body, and answers nothing when nothing came."""

import json


def handle(event, context):
    """Counts the fields of a JSON object."""
    if not event.body:
        return None
    if event.headers.get("Content-Type") != "application/json":
        return {"statusCode": 415, "body": "send application/json"}
    return {"body": str(len(json.loads(event.body)))}
