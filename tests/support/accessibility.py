"""What axe-core, the accessibility checker, finds on a page."""

from pathlib import Path

_AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"
_SERIOUS = {"serious", "critical"}
# Odoo's own frame around our screens is not ours to judge.
_OURS = ".o_action, .modal-content"


def serious_faults(page, within=_OURS):
    """One line for each serious fault on what is shown now; none is good.

    :param page: of playwright
    :param within: CSS selector of what is checked
    """
    if not page.evaluate("() => 'axe' in window"):
        # Not as a script element, which a content security policy may forbid.
        page.evaluate(_AXE.read_text(encoding="utf-8"))
    found = page.evaluate(
        """async (within) => {
            const roots = [...document.querySelectorAll(within)];
            return (await axe.run(roots, { resultTypes: ["violations"] })).violations;
        }""",
        within,
    )
    return [_describe(rule) for rule in found if rule["impact"] in _SERIOUS]


def _describe(rule):
    """One fault often stands in each row: three examples are enough."""
    nodes = rule["nodes"]
    examples = "\n".join(
        f"  {node['html'][:200]} {node['failureSummary'].splitlines()[-1].strip()}"
        for node in nodes[:3]
    )
    return f"{rule['impact']} {rule['id']} ({len(nodes)}): {rule['help']}\n{examples}"
