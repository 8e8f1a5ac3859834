"""What a device is to be told waits for a broker that is away, whatever restarts."""

from tests.conftest import wait_until
from tests.faults.conftest import kill_9
from tests.test_control import Told, config_topic


def test_a_configuration_outlives_the_broker_and_odoo(host, broker, make_device, odoo):
    device = make_device()
    (record,) = odoo.call("iot.device", "search", [("device_id", "=", device.id)])

    def config(field):
        domain = [("device_id", "=", record)]
        rows = odoo.search_read("iot.device.config", domain, [field])
        return rows[0][field]

    kill_9(broker.daemon)
    values = {"config_values": {"interval_seconds": 30}}
    odoo.call("iot.device", "write", [record], values)
    wait_until(lambda: config("error"), "Odoo has tried")
    assert config("state") == "queued"
    host.restart()
    broker.start()
    wait_until(device._client.is_connected, "the device is back")
    told = Told(device).answering("applied").listen(config_topic(device))
    wait_until(lambda: config("state") == "applied", "it has it after all")
    assert [c["settings"]["interval_seconds"] for _t, c, _r in told.heard] == [30]
