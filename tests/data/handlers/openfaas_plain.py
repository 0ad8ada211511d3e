"""A handler for OpenFaaS' python3-http without any other library."""


def handle(event, context):
    return {
        "statusCode": "202 ACCEPTED",
        "body": event.query.to_dict(flat=False),
        "headers": (
            ("Set-Cookie", "a=1"),
            ["Set-Cookie", "b=2"],
            ("X-Name", event.headers["X-Name"]),
        ),
    }
