from xml.etree import ElementTree

from models.search.charts import Axis, Line, history, importance, parallel


def drawn(svg, tag, style):
    return [each for each in ElementTree.fromstring(svg).iter(tag) if each.get("class") == style]


def points(element):
    return [tuple(map(float, each.split(","))) for each in element.get("points").split()]


def test_the_history_never_falls():
    svg = history("mAP", [(1, 0.2), (2, 0.5), (4, 0.1), (5, 0.6)], 5)
    assert len(drawn(svg, "circle", "bar")) == 4
    (line,) = drawn(svg, "polyline", "mean")
    heights = [y for _, y in points(line)]
    assert heights == sorted(heights, reverse=True)
    assert len(set(heights)) == 3
    ElementTree.fromstring(history("mAP", [], 0))
    ElementTree.fromstring(history("mAP", [(1, 0.0)], 1))


def test_importance_has_a_bar_a_key():
    svg = importance({"rate.peak": 0.8, "a<b": 0.2, "none": 0.0})
    widths = [float(each.get("width")) for each in drawn(svg, "rect", "bar")]
    assert widths[1] / widths[0] == 0.25
    assert widths[2] == 0
    assert "a&lt;b" in svg


def test_the_best_line_is_drawn_last_and_in_its_own_style():
    axes = [Axis("rate", ((0, "1"), (1, "2"))), Axis("<batch>", ()), Axis("mAP", ())]
    lines = [
        Line("one", (0.0, 1.0, 1.0), 1.0, best=True),
        Line("two", (1.0, 0.0, 0.0), 0.0, best=False),
    ]
    svg = parallel(axes, lines)
    assert len(drawn(svg, "polyline", "class")) == 1
    (best,) = drawn(svg, "polyline", "mark")
    (_, low), (_, high), _ = points(best)
    assert low > high  # SVG counts from the top
    assert svg.rindex('class="mark"') > svg.rindex('class="class"')
    assert svg.index("&lt;batch&gt;")
