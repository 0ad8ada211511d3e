from dcf_detect import DetectionHandler


class Handler(DetectionHandler):
    """The detector: a picture in, classes, boxes and confidences out.

    The model is loaded once, before the first call. Pictures come as bytes, base64, data URI, form
    or JSON; options as threshold=0.3, classes=dog,car or format=dcf come in the query.
    """

    def __call__(self, request):
        """Runs for every call; reply.body is what goes out (JSON, or a picture if one is wanted)."""
        reply = super().__call__(request)
        return reply
