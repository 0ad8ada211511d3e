class Handler:
    def __init__(self):
        raise ValueError("the weights are gone")

    def __call__(self, request):
        return ""
