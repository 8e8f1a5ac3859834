"""Where the listener's time goes: py-spy looks at its stack under load."""

import re
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from ..memory import listener_pids
from .line import GATEWAY_RATE, GATEWAYS, register

SECONDS = 10
WARM_UP = 2.0
RATE = 100  # looks a second
LOADS = {
    "temperature": {},
    "mixed": {"mix": "mixed"},
    "gateways": {"mix": "gateways", "devices": GATEWAYS, "rate": GATEWAY_RATE},
}
THREADS = ("ingest/pipeline.py", "ingest/writer.py")  # the line's, and the store's
# The innermost frame that one of these knows decides; the first line that fits wins.
ROOMS = (
    ("6 acknowledge", r"\backnowledge .*client\.py"),
    ("7 live state, bus, rules", r"\b_tell\w* .*pipeline\.py"),
    ("devices, leadership", r"\b(_look|refresh) .*ingest"),
    ("1 receive: TLS", r" \(ssl\.py"),
    ("1 receive: paho", r"paho/mqtt|\b(_read|_on_message) .*client\.py"),
    ("1 receive: waiting for messages", r"\breceive .*client\.py"),
    ("2 decode: JSON", r"json/(decoder|scanner|__init__)\.py|\bparse_json "),
    ("2 decode: codecs, plausibility", r"ingest/(codec/|decode|topic|device|message)"),
    ("2 decode: codecs, plausibility", r"ingest/(interpret|mapping|plausib|arrival)"),
    ("3 classify", r"rules/(classify|rule)\.py"),
    ("4 buffer", r"ingest/buffer\.py"),
    ("5 store: rows as text", r"ingest/rows\.py"),
    ("5 store: COPY, waiting for PostgreSQL", r"\b_copy\w* .*iot_store\.py"),
    ("5 store: transaction, COMMIT", r"iot_store\.py|ingest/writer\.py"),
    ("7 live state, bus, rules", r"ingest/news\.py"),
)
WHOLE_STACK = ROOMS[:3]


def profile(session):
    """A table: of each room, its share of the listener's time under each load."""
    options = session.options
    shares = {}
    for title, load in LOADS.items():
        if "mix" in load:
            register(session, load["mix"])
        stacks = {}
        session.measure(
            f"profile, {title}",
            meanwhile=lambda running, found=stacks: found.update(_record(session)),
            seconds=WARM_UP + SECONDS + 2,
            **{"devices": options.devices, "rate": options.rate} | load,
        )
        shares[title] = _shares(stacks)
    if any(shares.values()):
        session.tables.append(_table(shares))


def _record(session):
    """``{folded stack: samples}``"""
    time.sleep(WARM_UP)
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder) / "stacks"
        command = [Path(sys.executable).with_name("py-spy"), "record", "--idle"]
        command += ["--pid", str(listener_pids(session.environment)[0])]
        command += ["--duration", str(SECONDS), "--rate", str(RATE)]
        command += ["--format", "raw", "--output", output]
        done = subprocess.run(list(map(str, command)), capture_output=True, text=True)
        if done.returncode:
            print(f"profile: py-spy cannot look at the listener: {done.stderr[-300:]}")
            return {}
        lines = (line.rpartition(" ") for line in output.read_text().splitlines())
        return {
            stack: int(count)
            for stack, _, count in lines
            if any(thread in stack for thread in THREADS)
        }


def _shares(stacks):
    """``{room: share of the time on the wall}``; room 5 works beside the others"""
    rooms = Counter()
    for stack, count in stacks.items():
        rooms[room_of(stack.split(";"))] += count
    return {room: count / (SECONDS * RATE) for room, count in rooms.items()}


def _table(shares):
    """:param shares: ``{load: {room: share}}``"""
    lines = [
        f"| share of the listener's time | {' | '.join(shares)} |",
        f"|---|{'---:|' * len(shares)}",
    ]
    for room in sorted({room for column in shares.values() for room in column}):
        cells = (f"{column.get(room, 0):.1%}" for column in shares.values())
        lines.append(f"| {room} | {' | '.join(cells)} |")
    return lines


def room_of(frames):
    """Which room a stack is in.

    :param frames: `function (file:line)`, the outermost first
    """
    for room, pattern in WHOLE_STACK:
        if any(re.search(pattern, frame) for frame in frames):
            return room
    for frame in reversed(frames):
        for room, pattern in ROOMS:
            if re.search(pattern, frame):
                return room
    return "other"
