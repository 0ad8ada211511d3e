async def Handler(request):
    return ""
