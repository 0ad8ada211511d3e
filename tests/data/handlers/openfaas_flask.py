"""What people's handlers for OpenFaaS' python3-flask do: the body alone, and Flask for the rest."""


def handle(req):
    from flask import jsonify, request  # only now, as some do

    return jsonify(body=req, header=request.headers.get("X-Name"), args=request.args.getlist("n"))
