def handle(event, context):
    """Runs for every call.

    event.body (bytes), event.headers, event.method, event.query and event.path are what came;
    context.hostname is the machine. A dict or list as body becomes JSON.
    """
    return {
        "statusCode": 200,
        "headers": {"Content-Type": "text/plain"},
        "body": f"{event.method} {event.path}: {event.body.decode()}",
    }
