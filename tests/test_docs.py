"""Every row of every table in the code has its row in the docs."""

import re
from pathlib import Path

import click
import pytest

from dcf.cli import cli as dcf
from dcf.client import ADDRESS_VARIABLES
from dcf.gateway.bounds import TABLE, Bounds
from handler.limits import LIMITS as CALL_LIMITS
from handler.options import FORMATS, OPTION_NAMES, OPTION_RANGES
from handler.sample_settings import ALL_ROWS as FUNCTION_SETTINGS
from models.commands.__main__ import VERBS
from models.ssd.limits import LIMITS as PICTURE_LIMITS
from watcher.codes import STATUSES
from watcher.configuration.settings import SETTINGS as WATCHER_SETTINGS

ROOT = Path(__file__).parents[1]
PAGES = {page.name: page.read_text() for page in (ROOT / "docs").glob("*.md")}


def rows(page):
    """Table rows of a page, by each code-quoted word of their first cell."""
    found = {}
    for line in PAGES[page].splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if line.startswith("|"):
            found |= dict.fromkeys(re.findall(r"`([^`]+)`", cells[0]), cells)
    return found


@pytest.mark.parametrize("setting", WATCHER_SETTINGS, ids=lambda setting: setting.name)
def test_settings_of_the_watcher(setting):
    cells = rows("configuration.md")[setting.name]
    assert cells[1].strip("`").removesuffix(" s").replace("(empty)", "") == setting.default
    assert cells[2] == setting.help


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.variable)
def test_limits_of_the_gateway(row):
    cells = rows("configuration.md")[row.variable]
    allowed = f"{row.low} to {row.high}"
    assert cells[1:4] == [str(getattr(Bounds(), row.field)), allowed, row.help]


@pytest.mark.parametrize("setting", FUNCTION_SETTINGS, ids=lambda setting: setting.name)
def test_settings_of_the_function(setting):
    cells = rows("configuration.md")[setting.name]
    assert cells[1] in {setting.default, "the bundle's", "the embedded one", "(none)"}
    assert cells[2] == setting.allowed


@pytest.mark.parametrize("name", ADDRESS_VARIABLES)
def test_variables_of_the_command(name):
    assert name in rows("configuration.md")


@pytest.mark.parametrize("code", STATUSES)
def test_errors(code):
    cells = rows("replies.md")[code]
    assert cells[1] == str(STATUSES[code].http)
    assert cells[2] == STATUSES[code].grpc


@pytest.mark.parametrize("limit", [*PICTURE_LIMITS, *CALL_LIMITS], ids=lambda limit: limit.name)
def test_limits(limit):
    setting = getattr(limit, "setting", "")
    row = [limit.name, f"{limit.most:,}", f"`{setting}`" if setting else "", limit.help]
    assert f"| {' | '.join(row)} |" in PAGES["replies.md"]


def test_settings_of_limits_are_settings():
    named = {limit.setting for limit in PICTURE_LIMITS if limit.setting}
    defaults = {row.name: row.default for row in FUNCTION_SETTINGS if row.name in named}
    assert defaults == {each.setting: str(each.most) for each in PICTURE_LIMITS if each.setting}


@pytest.mark.parametrize("name", OPTION_NAMES)
def test_options(name):
    cells = rows("replies.md")[name]
    assert cells[1] == OPTION_RANGES.get(name, cells[1])


@pytest.mark.parametrize("name", FORMATS)
def test_formats(name):
    assert f"`{name}`" in PAGES["replies.md"]


def test_verbs_are_told_somewhere():
    text = "\n".join(PAGES.values()) + (ROOT / "README.md").read_text()
    for verb in VERBS:
        assert f"ssd {verb}" in text
    assert set(dcf.list_commands(None)) >= {"function", "gateway", "runtime", "version"}


def verbs_of(group, path="dcf"):
    """Every verb of the command: its words, and its flags."""
    for name in group.list_commands(None):
        verb = group.get_command(None, name)
        words = f"{path} {name}"
        if isinstance(verb, click.Group):
            yield from verbs_of(verb, words)
        else:
            options = [each for each in verb.params if isinstance(each, click.Option)]
            shown = [each for each in options if not each.hidden]
            yield words, [flag for each in shown for flag in (*each.opts, *each.secondary_opts)]


@pytest.mark.parametrize(("words", "flags"), [*verbs_of(dcf)])
def test_flags_of_the_command(words, flags):
    sections = PAGES["command.md"].split("\n### ")
    (section,) = [each for each in sections if re.match(rf"`{words}[ `]", each)]
    told = set(re.findall(r"`(--?[a-zA-Z][a-z-]*)`", section))
    assert not set(flags) - told
    first_cells = re.findall(r"^\| (`--.*?) \|", section, re.MULTILINE)
    assert set(re.findall(r"`(--?[a-zA-Z][a-z-]*)`", " ".join(first_cells))) <= set(flags)


@pytest.mark.parametrize("page", ["README.md", "README.ko.md", "CONTRIBUTING.md", *PAGES])
def test_links_lead_somewhere(page):
    path = ROOT / page if (ROOT / page).exists() else ROOT / "docs" / page
    for target in re.findall(r"\]\(([^)#:]+)\)", path.read_text()):
        assert (path.parent / target).exists(), target


NAMED = {
    page: re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", PAGES[page])
    for page in ("reliability.md", "security.md")
}


def test_kinds_of_faults_are_numbered_and_told_each_with_tests():
    sections = re.split(r"^## (?=\d+\. )", PAGES["reliability.md"], flags=re.MULTILINE)[1:]
    assert [int(each.split(".")[0]) for each in sections] == list(range(1, len(sections) + 1))
    assert len(sections) > 15
    for section in sections:
        assert section.index("**Promise.**") < section.index("**Figure.**")
        assert "::" in section.split("**Tests.**")[1], section[:40]


def test_tests_are_named_by_file_and_function_alone():
    for page, tests in NAMED.items():
        named = re.findall(r"`([^`\n]*::[^`\n]*)`", PAGES[page].replace("`file::test`", ""))
        assert 0 < len(named) == len(tests) == len(set(tests)), page


@pytest.mark.parametrize(
    ("file", "name"), [*NAMED["reliability.md"], *NAMED["security.md"]], ids="::".join
)
def test_tests_that_hold_a_promise_exist(file, name):
    assert re.search(rf"^(async )?def {name}\(", (ROOT / file).read_text(), re.MULTILINE)


def test_make_targets_are_listed_with_help():
    makefile = (ROOT / "Makefile").read_text()
    targets = re.search(r"\.PHONY: ((?:.*\\\n)*.*)", makefile).group(1).replace("\\", "").split()
    assert len(targets) > 10
    for target in targets:
        assert re.search(rf"^{target}:.*## ", makefile, re.MULTILINE), target


def commands(page):
    """Indented lines of a page, without what stands behind `#`."""
    lines = re.findall(r"^    (\S.*)$", (ROOT / page).read_text(), re.MULTILINE)
    return [re.split(r"\s+#", line)[0].rstrip() for line in lines]


def links(page):
    """Where each row of the table of pages, and each picture, leads."""
    return re.findall(r"^(?:\| |!)\[[^]]+\]\(([^)]+)\)", (ROOT / page).read_text(), re.MULTILINE)


def test_the_korean_readme_tells_the_same():
    english, korean = "README.md", "README.ko.md"
    # A picture of the page is of the page in that language.
    assert [each.replace(".ko.png", ".png") for each in links(korean)] == links(english)
    assert commands(korean) == commands(english)
    headings = [
        re.findall(r"^#+ ", (ROOT / page).read_text(), re.MULTILINE) for page in (english, korean)
    ]
    assert headings[0] == headings[1]


def test_what_troubleshooting_quotes_is_really_said():
    """Each part of a symptom in code quotes, between the dots, is a text of the program."""
    code = "\n".join(
        file.read_text()
        for room in ("dcf", "dcf_detect", "handler", "models", "watcher")
        for file in (ROOT / room).rglob("*.py")
    )
    symptoms = [
        line.split("|")[1] for line in PAGES["troubleshooting.md"].splitlines() if line[:2] == "| "
    ]
    quoted = [words for cell in symptoms for words in re.findall(r"`([^`]+)`", cell)]
    assert len(quoted) > 20
    for words in quoted:
        for part in re.split(r"\.\.\.|\d+|src.handler.py|: \w+Error|reply.*score", words):
            assert part.strip(" :[]") in code, words
