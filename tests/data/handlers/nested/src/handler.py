import inner_words
import outer_words


def Handler(request):
    return f"{outer_words.WORD}, {inner_words.WORD}"
