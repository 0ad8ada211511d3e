from packaged import words

from . import words as same


def Handler(request):
    return words.WORD if words is same else "twice"
