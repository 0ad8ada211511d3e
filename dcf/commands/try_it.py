"""dcf function try."""

import os
import webbrowser

import click

from ..client import connect
from ..terminal.examples import examples
from ..terminal.patience import patience
from ..terminal.printing import write_json, write_line, write_note
from .options.gateway import address_for, gateway_option, json_option, name_argument

_NO_BROWSER = "No browser could be opened here: open that address where there is one."


@examples(
    "dcf function try hello",
    "dcf function try hello --no-browser",
    "dcf function try hello -g https://functions.example",
)
@click.command("try")
@name_argument
@click.option("--no-browser", is_flag=True, help="Print the address of the page alone.")
@json_option
@gateway_option
def try_it(name: str, no_browser: bool, as_json: bool, gateway: str) -> None:
    """Open the gateway's page for a function in the browser, and print its address."""
    address = address_for(gateway)
    if not address.lower().startswith(("http://", "https://")):
        raise click.UsageError(
            f"the page is at the gateway's REST address, got {address}: "
            "name that with --gateway http://HOST:8080"
        )
    with patience(f"waiting for {address}"):
        found = connect(address).describe(name)
    page = f"{address}/ui/#/try/{found.name}"
    opened = not no_browser and _opened(page)
    if as_json:
        write_json({"name": found.name, "page": page, "opened": opened})
        return
    write_line(page)
    if not opened and not no_browser:
        write_note(_NO_BROWSER)


def _opened(page: str) -> bool:
    """Whether a browser took it; one that shows text alone cannot, unless somebody chose it."""
    try:
        browser = webbrowser.get()
    except webbrowser.Error:
        return False
    is_graphical = not isinstance(browser, webbrowser.GenericBrowser) or isinstance(
        browser, webbrowser.BackgroundBrowser
    )
    return (is_graphical or bool(os.environ.get("BROWSER"))) and browser.open(page)
