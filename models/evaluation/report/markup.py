"""What pages are made of: one file with everything in it, and no script."""

from collections.abc import Iterable
from html import escape

_STYLE = """
:root{color-scheme:light dark;--line:#d0d7de;--soft:#57606a;--main:#0969da;--mark:#cf222e}
@media(prefers-color-scheme:dark){:root{--line:#30363d;--soft:#9198a1;--main:#4493f8;--mark:#f85149}}
body{font:15px/1.5 system-ui,sans-serif;max-width:62rem;margin:2rem auto;padding:0 1rem}
table{border-collapse:collapse;font-variant-numeric:tabular-nums;margin:1rem 0}
th,td{padding:.2rem .6rem;border-bottom:1px solid var(--line);text-align:right}
th:first-child,td:first-child{text-align:left}
.wide{overflow-x:auto}.charts{display:flex;flex-wrap:wrap;gap:1rem}
.charts figure{flex:1 1 20rem;margin:0}figcaption,.soft{color:var(--soft)}
svg{width:100%;font:11px system-ui,sans-serif}svg text{fill:var(--soft)}
.grid{stroke:var(--line);fill:none}.mean{stroke:var(--main);stroke-width:2.5;fill:none}
.class{stroke:var(--soft);stroke-width:1;opacity:.3;fill:none}.bar{fill:var(--main)}
.mark{stroke:var(--mark);stroke-width:2;fill:none}.cases{display:flex;flex-wrap:wrap;gap:.8rem}
.cases figure{margin:0;width:12.5rem}.cases img{max-width:100%;display:block}
"""


def document(title: str, parts: Iterable[str]) -> str:
    """A page of its parts, which are HTML already.

    Args:
        title: Its title.
        parts: What it shows, in order.

    Returns:
        HTML that loads nothing from anywhere.
    """
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head>"
        f"<body>{''.join(parts)}</body></html>\n"
    )


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A table of plain text."""
    heads = "".join(f"<th>{escape(cell)}</th>" for cell in head)
    body = "".join(
        f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>" for row in rows
    )
    return f'<div class="wide"><table><tr>{heads}</tr>{body}</table></div>'


def figure(picture: str, caption: str) -> str:
    """A picture, which is HTML already, and a caption, which is text."""
    return f"<figure>{picture}<figcaption>{escape(caption)}</figcaption></figure>"
