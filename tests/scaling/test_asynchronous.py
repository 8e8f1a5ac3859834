"""What a standby that is not synchronous loses, when the primary never comes back."""

import os

import pytest

from tests.conftest import wait_until
from tests.faults.conftest import devices, dice, host, postgres  # noqa: F401
from tests.support.faults import LastingQuery, kill_9, start_postgres
from tests.support.load import Load, compare, count_rows, wait_for_more
from tests.support.standby import ODOO_OPTIONS, ODOO_VARIABLES, Standby, either

LAG = 500  # messages, one second


@pytest.fixture
def standby(postgres):  # noqa: F811
    standby = Standby()
    standby.start()
    yield standby
    standby.remove()
    start_postgres(postgres)


@pytest.mark.parametrize("lags", [False, True])
def test_it_loses_what_had_not_arrived_there_and_no_more(
    host,  # noqa: F811
    standby,
    postgres,  # noqa: F811
    devices,  # noqa: F811
    dice,  # noqa: F811
    capsys,
    lags,
):
    """Committed on one disk, and acknowledged: the broker has forgotten it."""
    dsn = either(os.environ["TIMESCALE_DSN"])
    host.restart(0, ODOO_OPTIONS, ODOO_VARIABLES, timescale_dsn=dsn)
    host.wait_for_listeners()
    with Load(*devices) as load, LastingQuery(dsn) as timescale:
        wait_for_more(timescale, load, rows=500)
        before = 0
        if lags:
            receiver = standby.stop_receiving()
            before = count_rows(timescale, load)
            load.wait_for(LAG)
        stored = count_rows(timescale, load)
        kill_9(postgres.daemon)
        if lags:
            receiver.kill()
        standby.promote()
        wait_for_more(timescale, load, rows=500)
    with LastingQuery(standby.dsn("smartdairy_iot")) as timescale:
        found = compare(timescale, load)
    with capsys.disabled():
        print(f"\nasynchronous, lagging {lags}: {len(found.lost)} readings lost")
    assert not found.foreign
    assert not found.doubled
    if lags:
        assert 0 < len(found.lost) <= stored - before + 2000, "of that second"
    wait_until(lambda: host.listeners(), "it goes on")
