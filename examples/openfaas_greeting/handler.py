"""An OpenFaaS function with event and context: status, headers and body are one dict."""


def handle(event, context):
    """Greets whoever the query names."""
    name = event.query.get("name")
    if not name:
        return {"statusCode": 400, "body": "say who you are: ?name=..."}
    return {
        "statusCode": 200,
        "body": {"greeting": f"hello {name}", "method": event.method, "path": event.path},
        "headers": {"X-Host": context.hostname},
    }
