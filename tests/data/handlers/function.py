def Handler(request):
    return request.input
