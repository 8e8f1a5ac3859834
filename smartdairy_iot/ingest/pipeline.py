"""The line that one message follows, from the broker to the screen.

====  =============================================  ==========================
room  what                                           where
====  =============================================  ==========================
1     receive, keep topic + bytes + message id        ``client``
2     decode: samples, or a rejection with a reason   ``decode``, ``codec``
3     calibrate; is it true, is it an alarm           ``calibration``,
                                                      ``plausibility``, ``rules``
4     buffer until N rows or T ms, bounded            ``buffer``
5     transaction 1: into the store                   ``writer``, ``iot.store``
6     ack, in arrival order, only after that commit   ``client``
7     what is watched onto the bus; then transaction  ``live_news``,
      2: state, wake the rules                        ``iot.device.state``, …
====  =============================================  ==========================

Rooms 8 (rules) and 9 (screen) follow in ``iot.alert`` and ``static/src``. No call
goes back into an earlier room. Room 5 has a thread of its own, so that the next batch
is read while one is stored. When it fails the batch is kept and tried again and nothing
is acked; when room 7 fails the data is already safe and the next round tells it.
"""

import logging
import random
import time
from collections import Counter
from concurrent.futures import wait
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timezone

from odoo import SUPERUSER_ID, api
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY

from ..health.tally import Tally
from .buffer import Buffer
from .cadence import Cadence
from .counters import Counters, Durations
from .decode import decode
from .device import Fleet
from .interpret import Interpreter
from .live_news import LiveNews
from .message import Reason
from .news import News
from .redelivery import Redelivery
from .writer import Writer

_logger = logging.getLogger(__name__)

_ANSWER_SECONDS = 0.2  # between two looks at what devices answered
_COMMIT_AHEAD = 0.05  # before a screen is due, at most
_BEAT_SECONDS = 5.0
_TALLY_SECONDS = 30.0  # between two writes of each device's message counts …
_TALLY_PAUSES = 100  # … or so many times as long as that took
_FIRST_BEAT_SECONDS = 1.0  # enough to have connected
_RETRY_SECONDS = (0.2, 10.0)  # first and longest
_COLLISION_SECONDS = (0.005, 0.05)  # after one with another listener, or a person
_CLOSE_SECONDS = 10.0  # for the batch under way
_LEAST_SECONDS = 0.005  # of waiting for what is overdue
_JITTER = 0.002  # seconds that a commit may take longer than the one before


class Pipeline:
    """One database's line: the listener calls :meth:`run_once`, turn by turn.

    :param registry: the database's registry
    :param client: :class:`~.client.BrokerClient`
    :param settings: :class:`~..settings.Settings`
    :param executor: where batches are stored; a thread of the line's own by default
    """

    def __init__(self, registry, client, settings, clock=time.monotonic, executor=None):
        self._registry = registry
        self._writer = Writer(registry, client.client_id, executor)
        self.counters = Counters()
        self.last_error = ""
        self._client = client
        self._clock = clock
        self._buffer = Buffer(
            settings.batch_rows, settings.batch_ms / 1000, settings.buffer_rows
        )
        self._interpreter = Interpreter(Fleet())
        self._redelivery = None  # what was committed before this process, once known
        self._batch = None  # taken from the buffer, not yet committed
        self._storing = None  # future of what becomes of it
        self._retry_at = 0.0
        self._backoff = _RETRY_SECONDS[0]
        self._news = News()
        self._live = LiveNews(self._show, clock)
        self._cadence = Cadence(self._live)
        self._beat_at = clock() + _FIRST_BEAT_SECONDS
        self._tally = Tally()
        self._tally_at = clock() + _TALLY_SECONDS
        self._was_connected = client.is_connected
        self._told = Counters()
        self._reasons = Counter()  # of rejections
        self._has_answers = True  # stored, and to be applied: also by who was before us
        self._answer_at = 0.0
        self._lag = 0.0
        self._commits = Durations()
        self._commit_took = self._taken_at = 0.0

    def refresh(self, registry):
        """Go on with what an upgrade may have changed, and with the devices of now."""
        self._registry = self._writer.registry = registry
        with self._transaction() as env:
            env["iot.alert"]._wake_rules_if_due()
            env["ir.cron"]._wake_for_what_is_due()
            fleet = env["iot.device"]._get_listener_map()
            if fleet is self._interpreter.fleet:
                return
            if self._redelivery is None:  # we have just started
                self._remember(env)
                env["iot.listener"]._begin()
                env["iot.broker"]._wake()
            filters = {route.template.filter for route in fleet.routes}
            left = env["iot.listener.topic"]._follow(self._client.client_id, filters)
        self._news.forget(self._interpreter.follow(fleet))
        self._client.follow(filters, left)

    def _remember(self, env):
        """What the process before us knew, to judge the first messages."""
        memory = env["iot.device.state"]._memory()
        self._interpreter.plausibility.restore(memory)
        redelivery = Redelivery()
        redelivery.learn(env["iot.store"]._marks(self._client.client_id))
        self._redelivery = redelivery

    def run_once(self, timeout):
        """One turn of the line; waits at most ``timeout`` seconds for a message."""
        for message, receipt in self._receive(timeout):
            self.counters.received += 1
            if self._redelivery.is_known(message, receipt):
                self._add_again(message, receipt)
                continue
            decoded = self._interpreter.read(message)
            mark = self._redelivery.mark(message, receipt, decoded)
            self._buffer.add(decoded, receipt, self._clock(), mark)
        self._commit_when_due()
        if not self._storing:
            self._live.tell()
        self._apply_answers_when_due()
        self._tell_when_due()

    def _add_again(self, message, receipt):
        """We have its readings; what else it brought may not be recorded yet."""
        self.counters.duplicate += 1
        decoded = decode(message, self._interpreter.fleet)
        self._tally.add_again(decoded.samples)
        decoded.samples.clear()
        self._buffer.add(decoded, receipt, self._clock())

    def close(self):
        """Commit and tell what is in hand, as far as the databases allow."""
        self._settle()
        self._retry_at = 0.0
        if not self._storing:
            self._batch = self._batch or self._buffer.take()
            self._commit_when_due()
            self._settle()
        self._writer.close()
        self._cadence.at = self._tally_at = 0.0
        self._tell_when_due()
        self._live.tell(everything=True)
        self._client.close()

    # Room 1 ---------------------------------------------------------------------

    def _receive(self, timeout):
        now = self._clock()
        waits = [timeout]
        if not self._storing:  # its end wakes us
            waits += [self._live.wait()]
            waits += [self._retry_at - now if self._batch else self._buffer.wait(now)]
        if self._news:
            waits += [max(_LEAST_SECONDS, self._cadence.at - now)]
        if self._has_answers:
            waits += [self._answer_at - now]
        timeout = max(0.0, min(wait for wait in waits if wait is not None))
        return self._client.receive(timeout, read=not self._buffer.is_full)

    # Rooms 5 and 6 --------------------------------------------------------------

    def _commit_when_due(self):
        now = self._clock()
        if not self._batch and (self._buffer.is_due(now) or self._is_wanted(now)):
            self._batch, self._taken_at = self._buffer.take(), now
        if self._batch and not self._storing and now >= self._retry_at:
            self._storing = self._writer.write(self._batch)
            self._storing.add_done_callback(lambda _stored: self._client.wake())
        if self._storing and self._storing.done():
            self._finish()

    def _is_wanted(self, now):
        """By a screen, which is told the newest; once, or it would wait longer."""
        is_new = now >= self._taken_at + 2 * self._commit_took
        return is_new and self._live.is_due(ahead=self._commit_took)

    def _settle(self):
        """Wait for the batch under way, but not for a database that never answers."""
        if self._storing and wait([self._storing], _CLOSE_SECONDS).done:
            self._finish()

    def _finish(self):
        """Acknowledge what is durable now, or keep the batch, whatever happened."""
        storing, self._storing = self._storing, None
        if error := storing.exception():
            self._retry_later(error)
            return
        batch, self._batch = self._batch, None
        self._client.acknowledge(batch.receipts)
        self._count(batch, storing.result())
        self._news.add(batch)
        self._live.add(batch, self._interpreter.fleet)
        self._tally.add(batch)
        self._has_answers = self._has_answers or bool(batch.answers)
        self._backoff, self.last_error = _RETRY_SECONDS[0], ""

    def _retry_later(self, error):
        self.counters.retries += 1
        if isinstance(error, PG_CONCURRENCY_EXCEPTIONS_TO_RETRY):
            lowest, highest = _COLLISION_SECONDS
            pause = random.uniform(lowest, highest)  # noqa: S311  # nosec B311 # a pause
            self._retry_at = self._clock() + pause
            return
        self._retry_at = self._clock() + self._backoff
        self._backoff = min(self._backoff * 2, _RETRY_SECONDS[1])
        _receive_anew(self._batch)
        text = str(error).strip().splitlines()[0] if str(error).strip() else repr(error)
        if text != self.last_error:
            _logger.warning(
                "Cannot store a batch of %s, keeping it and trying again: %s",
                len(self._batch),
                text,
                extra={"about": self._batch.about()},
            )
        self.last_error = text

    def _count(self, batch, stored):
        self._commits.add(stored.seconds)
        self._commit_took = min(stored.seconds + _JITTER, _COMMIT_AHEAD)
        counters = self.counters
        counters.batches += 1
        counters.stored += stored.new
        counters.duplicate += stored.rows - stored.new
        counters.rejected += len(batch.rejections) + stored.turned_away
        counters.quarantined += len(batch.strangers) - stored.turned_away
        self._reasons.update(rejection.reason.value for rejection in batch.rejections)
        if batch.samples:
            oldest = batch.samples[0].received_at
            self._lag = (datetime.now(timezone.utc) - oldest).total_seconds()

    # Room 7 ---------------------------------------------------------------------

    def _show(self, devices, at):
        with self._transaction() as env:
            env["farm.farm"]._send_readings(devices, self._interpreter.fleet, at)

    def _is_beat_due(self, now):
        """At a change of the connection too: the export to the broker goes by it."""
        is_connected = self._client.is_connected
        changed = is_connected != self._was_connected
        self._was_connected = is_connected
        return changed or now >= self._beat_at

    def _tell_when_due(self):
        now = self._clock()
        tells = self._news and self._cadence.is_due(now)
        beats = self._is_beat_due(now)
        counts = self._tally.take() if now >= self._tally_at else {}
        if not (tells or beats or counts):
            return
        devices, wakes_rules = {}, False
        if tells:
            devices, wakes_rules = self._news.take()
        fleet = self._interpreter.fleet
        for device_id, news in devices.items():
            news.steady_since = self._interpreter.plausibility.snapshot(device_id)
            news.clock_offset = self._interpreter.clocks.offset(device_id)
        try:
            with self._transaction() as env:
                env["iot.device.state"]._apply(devices, fleet)
                watched = env["iot.live.watch"]._watched_farm_ids()
                env["iot.tank.late"]._heard(devices, fleet)
                env["iot.milking.session"]._wake_for(devices, fleet)
                if wakes_rules:
                    env["iot.alert"]._wake_rules()
                env["iot.device.counter"]._add(counts, fleet)
                if beats:
                    self._beat(env)
        except Exception as error:  # noqa: BLE001 - the data is safe, tell it next time
            _logger.info("Could not tell the newest readings, will retry: %s", error)
            self._news.give_back(devices, wakes_rules)
            self._tally.give_back(counts)
            self._put_off(self._cadence.failed(now), beats, counts)
            return
        took = self._clock() - now
        if tells:
            self._live.watch(watched, devices, fleet)
            self._live.tell()
            self._cadence.done(now, took)
        if counts:
            self._tally_at = now + max(_TALLY_SECONDS, _TALLY_PAUSES * took)
        if beats:
            self._beat_at = now + _BEAT_SECONDS
            self._told = replace(self.counters)
            self._writer.keep_house(self._client.is_connected)

    def _put_off(self, until, beats, counts):
        """What could not be told waits: not each turn of the line tries again."""
        if beats:
            self._beat_at = until
        if counts:
            self._tally_at = until

    def _apply_answers_when_due(self):
        """What devices said to what they were told, in a transaction of its own."""
        now = self._clock()
        if not self._has_answers or now < self._answer_at:
            return
        self._answer_at = now + _ANSWER_SECONDS
        try:
            with self._transaction() as env:
                stale = env["iot.device.answer"]._apply_all()
        except Exception as error:  # noqa: BLE001 - they are stored, apply them next time
            _logger.info("Could not apply the devices' answers, will retry: %s", error)
            return
        self._has_answers = False
        if stale:
            self.counters.rejected += stale
            self._reasons[Reason.STALE_ANSWER.value] += stale

    def _beat(self, env):
        self.counters.reconnects = max(0, self._client.connections - 1)
        env["iot.listener"]._beat(
            self.counters.since(self._told),
            is_connected=self._client.is_connected,
            buffered=len(self._buffer),
            lag=self._lag,
            commits=self._commits.take(),
            reasons=dict(self._reasons),
            error=self.last_error or self._client.last_error or None,
        )

    @contextmanager
    def _transaction(self):
        with self._registry.cursor() as cr:
            yield api.Environment(cr, SUPERUSER_ID, {})


def _receive_anew(batch):
    """The rules ask for alarms by when they came, and may have gone on since."""
    now = datetime.now(timezone.utc)
    for sample in batch.samples:
        if sample.alarms:
            sample.received_at = now
