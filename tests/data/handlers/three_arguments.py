def Handler(a, b, c):
    return ""
