"""What people's handlers for OpenFaaS' python3-http do, as they wrote them."""

from http import HTTPStatus

from flask import Response, abort, current_app, jsonify, make_response, redirect, request

PAIRS = [("Set-Cookie", "a=1"), ("Set-Cookie", "b=2")]


def made():
    answer = make_response("made", 202)
    answer.set_cookie("a", "1")
    answer.set_cookie("b", "2")
    return answer


def stream():
    yield "one "
    yield "two"


def handle(event, context):
    answers = {
        "list": lambda: {"statusCode": 200, "body": "x", "headers": PAIRS},
        "values": lambda: {
            "statusCode": 200,
            "body": "x",
            "headers": {"Set-Cookie": ["a=1", "b=2"]},
        },
        "response": lambda: Response("hi", 201, PAIRS),
        "tuple": lambda: ("hi", 201, PAIRS),
        "tuple_of_response": lambda: (Response("hi", 200, PAIRS[:1]), 201, dict(PAIRS[1:])),
        "made": made,
        "jsonify": lambda: (jsonify(a=[1, None]), "201 CREATED"),
        "json_body": lambda: {"statusCode": HTTPStatus.ACCEPTED, "body": jsonify(a=1).get_json()},
        "redirect": lambda: redirect("/elsewhere"),
        "abort": lambda: abort(418),
        "stream": lambda: Response(stream(), mimetype="text/csv"),
        "generator": stream,
        "query": lambda: {
            "body": {
                "all": event.query.getlist("n", type=int),
                "first": event.query["n"],
                "int": event.query.get("n", type=int),
                "none": event.query.get("m", "nothing"),
                "flat": event.query.to_dict(),
                "lists": event.query.to_dict(flat=False),
                "header": event.headers.get("x-number", type=int),
                "flask": request.args.getlist("n"),
                "path": [event.path, request.path],
                "method": [event.method, request.method],
                "body": [event.body.decode(), request.get_data(as_text=True)],
                "app": bool(current_app.name),
            }
        },
    }
    return answers[event.query["what"]]()
