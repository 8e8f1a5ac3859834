"""How long a run of the evaluation takes, inside of `odoo shell`, in real time.

Prints a line for each step, and one JSON object with the figures at the end.
"""

import cProfile
import json
import pstats
import time
from datetime import datetime, timezone

from .percentile import percentile
from .scene import READINGS, Scene

DEVICES = 500
FLEETS = 500, 10_000  # devices whose conditions are looked at
SHARES = {"few": 0.1, "none": 0.0, "all": 1.0}  # of the devices that are outside
CONDITIONS = 10  # runs
RUNS = 20  # at least, after the first: fewer have no p95
ONE_IN = 100  # devices is offline
SLOWEST = 45  # lines of a profile


def main(env, seconds, is_profiled):
    """:param seconds: of each share
    :param is_profiled: print where the time goes; the figures are too high then
    """
    figures = {}
    with Scene(env.registry) as scene:
        bench = Bench(scene, is_profiled)
        scene.add_devices(DEVICES)
        scene.add_rules()
        for name, share in SHARES.items():
            # In the first, all that are outside go there at once, and caches are cold.
            first, *took = bench.evaluate(share, seconds)
            figures[f"evaluation_{name}_first_ms"] = first
            figures[f"evaluation_{name}_p50_ms"] = percentile(took, 50)
            figures[f"evaluation_{name}_p95_ms"] = percentile(took, 95)
        scene.forget()
        for devices in FLEETS if "iot.device.health" in env else ():
            scene.add_devices(devices)
            took = bench.look_at_devices()
            figures[f"conditions_{devices}_p50_ms"] = percentile(took, 50)
            figures[f"conditions_{devices}_p95_ms"] = percentile(took, 95)
    print(json.dumps(figures), flush=True)


class Bench:
    """Runs of both evaluations, and their time to the commit."""

    def __init__(self, scene, is_profiled):
        self._scene, self._is_profiled = scene, is_profiled
        self._profile = None

    def evaluate(self, share, seconds):
        """A run after every second of readings.

        :return: milliseconds of each
        """
        self._scene.forget()
        self._scene.second(-1, 0.0, datetime.now(timezone.utc))
        self._clock("_cron_evaluate_rules")  # fills the caches
        self._begin_profile()
        took, late, begin = [], 0.0, time.time() + 1
        for number in range(max(RUNS, round(seconds)) + 1):
            late = max(late, time.time() - begin - number)
            time.sleep(max(0.0, begin + number - time.time()))
            self._scene.second(number, share, datetime.now(timezone.utc))
            took.append(self._clock("_cron_evaluate_rules"))
        rate = READINGS * len(self._scene.ids)
        self._tell(
            f"{rate:,} readings/s, {share:.0%} of the devices outside", took, late
        )
        return took

    def look_at_devices(self):
        """Runs of the evaluation of what is no reading.

        :return: milliseconds of each
        """
        devices = len(self._scene.ids)
        self._scene.second(0, 0.0, datetime.now(timezone.utc))
        self._clock("_cron_evaluate_conditions")
        self._begin_profile()
        took = []
        for number in range(CONDITIONS):
            # some come, some go
            self._scene.take_offline(devices // ONE_IN * (number % 2))
            took.append(self._clock("_cron_evaluate_conditions"))
        self._tell(f"conditions of {devices:,} devices", took, 0.0)
        return took

    def _clock(self, job):
        began = time.perf_counter()
        with self._scene.transaction() as env:
            if self._profile:
                self._profile.enable()
            getattr(env["iot.alert"], job)()
            env.flush_all()
            if self._profile:
                self._profile.disable()
        return 1000 * (time.perf_counter() - began)

    def _begin_profile(self):
        self._profile = cProfile.Profile() if self._is_profiled else None

    def _tell(self, what, took, late):
        then = took[1:]
        print(
            f"alerts: {what}: first run {took[0]:.0f} ms, then p50"
            f" {percentile(then, 50):.0f} ms, p95 {percentile(then, 95):.0f} ms,"
            f" highest {max(then):.0f} ms; {self._scene.count_alerts()} alerts;"
            f" {late:.1f} s behind the clock",
            flush=True,
        )
        if self._profile:
            stats = pstats.Stats(self._profile).sort_stats("cumulative")
            stats.print_stats("smartdairy|execute|orm|commit", SLOWEST)
            self._profile = None
