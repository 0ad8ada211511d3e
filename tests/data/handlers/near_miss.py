class Handlre:
    def __call__(self, request):
        return ""
