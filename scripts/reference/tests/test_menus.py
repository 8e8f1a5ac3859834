"""A menu that a page names, such as *Devices → All Devices*, is there."""

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

REPO = Path(__file__).resolve().parents[3]
PAGES = [
    REPO / "README.md",
    REPO / "SECURITY.md",
    *sorted((REPO / "docs").glob("*.md")),
    *sorted(REPO.glob("smartdairy_*/readme/*.md")),
]
ROOT = "iot_menu_root"
# Where else a path may begin: other apps, forms, other systems.
ELSEWHERE = {
    *("Settings", "Apps", "Inventory", "My Preferences"),
    *("Actions", "Device", "Project settings"),
}
_NAMED = re.compile(r"\*{1,2}([A-Z][^*|]{0,120})\*{1,2}")
_CODE = re.compile(r"```.*?```", re.DOTALL)


def menus():
    """Return the add-ons' menus below the app's own: ``{parent: {name: menu}}``."""
    tree = {}
    for path in REPO.glob("smartdairy_*/views/*.xml"):
        for item in ElementTree.parse(path).iter("menuitem"):  # noqa: S314 - our own files
            parent = item.get("parent", "").rpartition(".")[2]
            tree.setdefault(parent, {})[item.get("name")] = item.get("id")
    return tree


def paths(page):
    """Yield what stands in italics with arrows between, as its steps."""
    for text in _NAMED.findall(_CODE.sub("", page.read_text(encoding="utf-8"))):
        words = re.split("[→›▸]", " ".join(text.split()))
        steps = [step.strip(" .,") for step in words]
        if len(steps) > 1:
            yield steps[1:] if steps[0] == "Dairy IoT" else steps


def lost(steps, tree):
    """Return the step of a path of menus that is none, if any."""
    if steps[0] in ELSEWHERE:
        return None
    parent = ROOT
    for step in steps:
        below = tree.get(parent)
        if not below:
            return None  # beyond the menus: a page, or a button
        if step not in below and step != "New":
            return step
        parent = below.get(step)
    return None


def _name(page):
    return page.relative_to(REPO).as_posix()


@pytest.mark.parametrize(
    ("path", "wrong"),
    [
        (["Control", "Firmware"], "Control"),
        (["Configuration", "Discovered Devices"], "Discovered Devices"),
        (["Configuration", "Firmware"], None),
        (["Settings", "Technical"], None),
    ],
)
def test_a_menu_that_is_not_there_would_be_seen(path, wrong):
    assert lost(path, menus()) == wrong


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_each_menu_that_a_page_names_is_where_it_says(page):
    tree = menus()
    assert len(tree[ROOT]) > 8
    wrong = [steps for steps in paths(page) if lost(steps, tree)]
    assert not wrong
