"""A wall screen for days: it turns, servers and lines fail, and nothing piles up."""

from types import SimpleNamespace
from urllib.parse import urlparse

from tests.support.proxy import Proxy

from .. import servers
from ..dashboard.wall import wall
from ..fleet import MILK_METER, TEMPERATURE
from ..processes import Load

DEVICES, METERS, TANKS = 60, 8, 4
RATE = 60  # messages a second while it turns
VIEWS = "live", "alerts", "cold_chain", "milking"
SECONDS = 40  # of each picture: 2,000 of them are 22 hours
WARM = 100  # turns before the first look at its memory
SOON = 5_000  # milliseconds
DAYS = 7
DAY = 86_400


def kiosk(session):
    """Its memory over a day of turning; then faults; then a week."""
    session.rows.remove()  # first: a device that has readings is not deleted
    session.odoo.remove()
    prepare(session)
    path = make_link(session)
    url = urlparse(session.environment.odoo_url)
    with Proxy((url.hostname, url.port)) as line:
        nobody = SimpleNamespace(url=f"http://127.0.0.1:{line.port}", session_id="")
        with wall(nobody, path) as screen:
            screen.expect_connection("live")
            turn_for_a_day(session, screen)
            survive_faults(session, screen, line)
            survive_days(session, screen)
            errors = screen.page.errors
    session.figures["kiosk_errors"] = len(errors)
    for error in errors:
        print(f"kiosk: {error}", flush=True)


def prepare(session):
    odoo = session.odoo
    probes = odoo.register(TEMPERATURE, TEMPERATURE.numbers(DEVICES))
    odoo.register(MILK_METER, MILK_METER.numbers(METERS))
    session.wait_for_listener(devices=DEVICES, messages=DEVICES)
    for number, probe in enumerate(list(probes.values())[:TANKS]):
        values = {"name": f"Tank {number + 1}", "farm_id": odoo.farm()}
        odoo.call("farm.tank", "create", [values | {"probe_id": probe}])


def make_link(session):
    views = [(0, 0, {"view": view, "seconds": SECONDS}) for view in VIEWS]
    values = {"name": "Bench", "farm_ids": [(6, 0, [session.odoo.farm()])]}
    (kiosk,) = session.odoo.call("iot.kiosk", "create", [values | {"view_ids": views}])
    action = session.odoo.call("iot.kiosk", "action_issue", [kiosk])
    link = urlparse(action["context"]["default_link"])
    return f"{link.path}#{link.fragment}"


def turn_for_a_day(session, screen):
    """The page loads itself anew once a day: what piles up, does so until then."""
    turns = session.options.kiosk_turns
    sizes = []
    with Load(
        session.environment, devices=DEVICES, rate=RATE, seconds=turns / 4 + WARM
    ):
        for part in (WARM, *(turns // 4,) * 4):
            screen.turn(part, SECONDS)
            screen.turn_to("live", SECONDS)
            sizes.append(screen.size())
    # Not from the beginning: the lines on the tiles fill up to six hours of points.
    before, after = sizes[1], sizes[-1]
    session.figures |= {
        "kiosk_turns": turns,
        "kiosk_heap_mb": after.heap_mb,
        "kiosk_heap_growth_mb": after.heap_mb - before.heap_mb,
        "kiosk_node_growth": after.nodes - before.nodes,
        "kiosk_listener_growth": after.listeners - before.listeners,
    }
    for name in before._fields:
        told = " → ".join(f"{getattr(size, name):,.1f}" for size in sizes)
        print(f"kiosk: {turns:,} turns, {name}: {told}", flush=True)


def survive_faults(session, screen, line):
    """Odoo starts anew; then the line is cut, and then it falls silent."""
    page = screen.page
    servers.stop(session.environment, "odoo")
    page.clock.run_for(15_000)
    screen.expect_connection("stale")
    shown = page.evaluate("() => document.querySelectorAll('.o_sd_tile').length")
    servers.start(session.environment, "odoo")
    screen.recover("after the server's restart")
    line.refuse()
    page.clock.run_for(15_000)
    screen.expect_connection("stale")
    screen.turn(len(VIEWS), SECONDS)  # it goes on, and says that it is old
    line.forward()
    screen.recover("after the line was cut")
    line.hold()
    screen.turn(len(VIEWS), SECONDS, patience=SOON)  # no view waits for its answer
    screen.recover("after the line fell silent")
    session.figures["kiosk_survived"] = 3
    print(f"kiosk: server, cut and silent line survived; {shown} tiles", flush=True)


def survive_days(session, screen):
    """Each day it loads itself anew; the link still holds."""
    loaded = 0
    for _day in range(DAYS):
        with screen.page.expect_navigation(timeout=60_000):
            screen.page.clock.fast_forward((DAY + 60) * 1000)
        screen.wait()
        screen.expect_connection("live")
        screen.turn(len(VIEWS), SECONDS)
        loaded += 1
    session.figures["kiosk_days"] = loaded
    print(f"kiosk: {loaded} days, each with a new page", flush=True)
