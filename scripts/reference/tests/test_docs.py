"""Links of the documentation lead somewhere, pictures are there, the index is whole."""

import re
from pathlib import Path

import pytest

REPO = Path(__file__).resolve().parents[3]
PAGES = [
    *sorted((REPO / "docs").glob("*.md")),
    *(REPO / name for name in ("SECURITY.md", "CHANGELOG.md", "CONTRIBUTING.md")),
]
_LINK = re.compile(r"\]\(([^)\s]+)\)")


def anchors(page):
    """As the forge makes them from headings."""
    for heading in re.findall(r"^#+ (.+)$", page.read_text(), re.MULTILINE):
        words = re.sub(r"[`*\[\]]|\(.*?\)", "", heading).lower()
        yield re.sub(r"[^\w\- ]", "", words).strip().replace(" ", "-")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_each_link_of_a_page_leads_to_something(page):
    for link in _LINK.findall(page.read_text()):
        if link.startswith(("http:", "https:", "mailto:")):
            continue
        path, _hash, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), link
        if anchor and target.suffix == ".md":
            assert anchor in set(anchors(target)), link


def test_the_index_names_every_page():
    index = (REPO / "docs" / "README.md").read_text()
    pages = {page.name for page in (REPO / "docs").glob("*.md")} - {"README.md"}
    assert pages <= {link.partition("#")[0] for link in _LINK.findall(index)}


def test_each_test_that_the_threat_model_names_is_there():
    text = (REPO / "docs" / "threat-model.md").read_text()
    names = set(re.findall(r"`((?:tests/|api/|pure/)?[\w/]*test_\w+\.py)`", text))
    assert len(names) > 20
    for name in names:
        if name.startswith("api/"):
            path = REPO / "smartdairy_iot_mobile_api" / "tests" / name[4:]
        elif name.startswith("tests/"):
            path = REPO / name
        else:
            path = REPO / "smartdairy_iot" / "tests" / name
        assert path.exists(), name
