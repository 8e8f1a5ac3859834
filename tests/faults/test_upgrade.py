"""The add-on is upgraded, or uninstalled, while its listener works."""

import subprocess

from stack.odoo_server import OdooServer

from tests.support.load import Load, expect_exactly_what_was_acked, wait_for_more
from tests.support.servers import stack


def test_an_upgrade_is_not_held_up_and_loses_nothing(host, make_device, timescale):
    server = OdooServer(stack())
    command = server.command(
        *("-u", "smartdairy_iot", "--stop-after-init", "--no-http", "--workers=0")
    )
    with Load(make_device(), make_device()) as load:
        wait_for_more(timescale, load)
        done = subprocess.run(
            command,
            env=server.environment(),
            timeout=120,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr[-2000:]
        wait_for_more(timescale, load)
    expect_exactly_what_was_acked(timescale, load)
    assert host.listeners(), "the same server goes on"
