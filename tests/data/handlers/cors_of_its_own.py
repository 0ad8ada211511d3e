"""A handler that says for itself who may read it, and counts its calls."""

calls = [0]


def handle(event, context):
    calls[0] += 1
    headers = {"Access-Control-Allow-Origin": "x", "Access-Control-Allow-Credentials": "true"}
    return {"body": calls[0], "headers": headers}
