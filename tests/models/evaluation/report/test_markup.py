"""Text in a page stays text."""

from models.evaluation.report.markup import document, figure, table


def test_what_is_text_is_written_as_text():
    page = document("<i>", [table(("a<b",), [("&", "<td>")]), figure("<svg></svg>", "<c>")])
    assert page.startswith("<!doctype html>")
    assert "<title>&lt;i&gt;</title>" in page
    assert "<th>a&lt;b</th>" in page
    assert "<td>&amp;</td><td>&lt;td&gt;</td>" in page
    assert "<figure><svg></svg><figcaption>&lt;c&gt;</figcaption></figure>" in page
