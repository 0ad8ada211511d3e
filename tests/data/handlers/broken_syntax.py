def Handler(request:
    return 1
