"""What an HTML page holds, for tests of pages that the program writes."""

from html.parser import HTMLParser


class Page(HTMLParser):
    """Addresses, tags and text, in order."""

    def __init__(self):
        super().__init__()
        self.addresses, self.tags, self.text = [], [], []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.addresses += [value for name, value in attrs if name in {"src", "href"}]

    def handle_data(self, data):
        self.text.append(data)


def read(html):
    page = Page()
    page.feed(html)
    return page
