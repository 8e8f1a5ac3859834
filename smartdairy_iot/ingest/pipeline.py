"""The line that one message follows, from the broker to the screen.

====  =============================================  ==========================
room  what                                           where
====  =============================================  ==========================
1     receive, keep topic + bytes + message id        ``client``
2     decode: samples, or a rejection with a reason   ``decode``, ``codec``
3     is it true, is it an alarm                      ``plausibility``, ``rules``
4     buffer until N rows or T ms, bounded            ``buffer``
5     transaction 1: into the store                   ``iot.store``
6     ack, in arrival order, only after that commit   ``client``
7     transaction 2: state, bus, wake the rules       ``iot.device.state``, …
====  =============================================  ==========================

Rooms 8 (rules) and 9 (screen) follow in ``iot.alert`` and ``static/src``. No call
goes back into an earlier room. When room 5 fails the batch is kept and tried again
and nothing is acked; when room 7 fails the data is already safe and the next round
tells it.
"""

import logging
import time
from collections import Counter
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timezone

import psycopg2

from odoo import SUPERUSER_ID, api

from .buffer import Buffer
from .counters import Counters, Durations
from .device import Fleet
from .interpret import Interpreter
from .message import Decoded, Reason, Rejection
from .news import News
from .redelivery import Redelivery

_logger = logging.getLogger(__name__)

_TELL_SECONDS = 1.0  # at most one bus message per farm, and one state write, a second
_TELL_PAUSES = 4  # times as long as telling took …
_TELL_LATEST = 5.0  # … but never longer
_BEAT_SECONDS = 5.0
_FIRST_BEAT_SECONDS = 1.0  # enough to have connected
_RETRY_SECONDS = (0.2, 10.0)  # first and longest


class Pipeline:
    """One database's line. Single-threaded: the listener calls :meth:`run_once`.

    :param registry: the database's registry; replaced by the listener on upgrade
    :param client: :class:`~.client.BrokerClient`
    :param settings: :class:`~..settings.Settings`
    """

    def __init__(self, registry, client, settings, clock=time.monotonic):
        self.registry = registry
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
        self._retry_at = 0.0
        self._backoff = _RETRY_SECONDS[0]
        self._news = News()
        self._tell_at = 0.0
        self._beat_at = clock() + _FIRST_BEAT_SECONDS
        self._told = Counters()
        self._reasons = Counter()  # of rejections
        self._lag = 0.0
        self._commits = Durations()

    def refresh_devices(self):
        """Take the registered devices and their limits from Odoo's cache."""
        with self._transaction() as env:
            fleet = env["iot.device"]._get_listener_map()
            if fleet is self._interpreter.fleet:
                return
            if self._redelivery is None:  # we have just started
                self._remember(env)
        self._news.forget(self._interpreter.follow(fleet))
        self._client.follow(route.template.filter for route in fleet.routes)

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
                self.counters.duplicate += 1
                self._buffer.add(Decoded(), receipt, self._clock())
                continue
            decoded = self._interpreter.read(message)
            mark = self._redelivery.mark(message, receipt, decoded)
            self._buffer.add(decoded, receipt, self._clock(), mark)
        self._commit_when_due()
        self._tell_when_due()

    def close(self):
        """Commit and tell what is in hand, as far as the databases allow."""
        self._batch = self._batch or self._buffer.take()
        self._retry_at = 0.0
        self._commit_when_due()
        self._tell_at = 0.0
        self._tell_when_due()
        self._client.close()

    # Room 1 ---------------------------------------------------------------------

    def _receive(self, timeout):
        now = self._clock()
        if self._batch:
            timeout = min(timeout, self._retry_at - now)
        elif (wait := self._buffer.wait(now)) is not None:
            timeout = min(timeout, wait)
        if self._news:
            timeout = min(timeout, self._tell_at - now)
        return self._client.receive(max(0.0, timeout), read=not self._buffer.is_full)

    # Rooms 5 and 6 --------------------------------------------------------------

    def _commit_when_due(self):
        now = self._clock()
        if not self._batch and self._buffer.is_due(now):
            self._batch = self._buffer.take()
        if not self._batch or now < self._retry_at:
            return
        try:
            rows, new = self._store(self._batch)
        except Exception as error:  # noqa: BLE001 - keep the batch, whatever happened
            self._retry_later(error)
            return
        self._commits.add(self._clock() - now)
        batch, self._batch = self._batch, None
        self._redelivery.learn(b"".join(batch.marks))
        self._client.acknowledge(batch.receipts)
        self._count(batch, rows, new)
        self._news.add(batch)
        self._backoff, self.last_error = _RETRY_SECONDS[0], ""

    def _store(self, batch):
        """Transaction 1; durable when it returns. :return: ``(rows, new rows)``"""
        try:
            with self._transaction() as env:
                inserted = env["iot.store"]._insert(
                    batch.samples, self._client.client_id, b"".join(batch.marks)
                )
                self._record(env, batch)
            return inserted
        except psycopg2.DataError:
            return self._store_without_poison(batch)

    @staticmethod
    def _record(env, batch):
        """What a batch has besides readings."""
        env["iot.store"]._insert_status(batch.statuses)
        env["iot.rejected.message"]._record(batch.rejections)
        env["iot.quarantined.message"]._record(batch.strangers)

    def _store_without_poison(self, batch):
        """A row that no column can take must not take its neighbours along.

        The samples are halved until it stands alone. Nothing of the batch changes
        before all of them were tried: it may have to be tried again as a whole.
        """
        rows = new = 0
        refused = {}
        parts = [batch.samples]
        while parts:
            samples = parts.pop()
            try:
                with self._transaction() as env:
                    found = env["iot.store"]._insert(samples)
            except psycopg2.DataError as error:
                middle = len(samples) // 2
                if middle:
                    parts += [samples[middle:], samples[:middle]]
                else:
                    refused[id(samples[0])] = _refused(samples[0], error)
            else:
                rows, new = rows + found[0], new + found[1]
        batch.samples = [s for s in batch.samples if id(s) not in refused]
        batch.rejections += refused.values()
        try:
            with self._transaction() as env:
                marks = b"".join(batch.marks)
                env["iot.store"]._insert([], self._client.client_id, marks)
                self._record(env, batch)
        except psycopg2.DataError:
            # Only what was refused anyway; stopping the line for it would be worse.
            _logger.exception("Cannot record %s: dropped", batch.rejections)
        return rows, new

    def _retry_later(self, error):
        self.counters.retries += 1
        self._retry_at = self._clock() + self._backoff
        self._backoff = min(self._backoff * 2, _RETRY_SECONDS[1])
        text = str(error).strip().splitlines()[0] if str(error).strip() else repr(error)
        if text != self.last_error:
            _logger.warning(
                "Cannot store a batch of %s, keeping it and trying again: %s",
                len(self._batch),
                text,
            )
        self.last_error = text

    def _count(self, batch, rows, new):
        counters = self.counters
        counters.batches += 1
        counters.stored += new
        counters.duplicate += rows - new
        counters.rejected += len(batch.rejections)
        counters.quarantined += len(batch.strangers)
        self._reasons.update(rejection.reason.value for rejection in batch.rejections)
        if batch.samples:
            oldest = batch.samples[0].received_at
            self._lag = (datetime.now(timezone.utc) - oldest).total_seconds()

    # Room 7 ---------------------------------------------------------------------

    def _tell_when_due(self):
        now = self._clock()
        tells = self._news and now >= self._tell_at
        beats = now >= self._beat_at
        if not tells and not beats:
            return
        devices, wakes_rules = {}, False
        if tells:
            devices, wakes_rules = self._news.take()
        fleet, plausibility = self._interpreter.fleet, self._interpreter.plausibility
        for device_id, news in devices.items():
            news.steady_since = plausibility.snapshot(device_id)
        try:
            with self._transaction() as env:
                env["iot.device.state"]._apply(devices, fleet)
                env["farm.farm"]._send_readings(devices, fleet)
                if wakes_rules:
                    env["iot.alert"]._wake_rules()
                if beats:
                    self._beat(env)
        except Exception as error:  # noqa: BLE001 - the data is safe, tell it next time
            _logger.info("Could not tell the newest readings, will retry: %s", error)
            self._news.give_back(devices, wakes_rules)
            self._tell_at = now + _TELL_SECONDS
            return
        if (
            tells
        ):  # with tens of thousands of devices, most of the time is for rooms 1–6
            took = self._clock() - now
            pause = min(_TELL_PAUSES * took, _TELL_LATEST)
            self._tell_at = now + max(_TELL_SECONDS, pause)
        if beats:
            self._beat_at = now + _BEAT_SECONDS
            self._told = replace(self.counters)
            self._keep_house()

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

    def _keep_house(self):
        """What can wait: it must never cost the line more than a line in the log."""
        try:
            with self._transaction() as env:
                env["iot.store"]._forget_marks(self._client.client_id)
                # Registered by hand or by an import, while their messages waited.
                env["iot.quarantined.message"]._replay_known()
        except psycopg2.OperationalError as error:
            _logger.info("Nothing replayed or forgotten: %s", error)
        except Exception:
            _logger.exception("Cannot replay what is in quarantine; it stays there")

    @contextmanager
    def _transaction(self):
        with self.registry.cursor() as cr:
            yield api.Environment(cr, SUPERUSER_ID, {})


def _refused(sample, error):
    return Rejection(
        Reason.STORE_REFUSED,
        str(error).splitlines()[0],
        "",
        repr(sample.values).encode(),
        sample.received_at,
        sample.device_id,
    )
