"""The specification's consumer, with its libraries and its steps per message.

Day 252's `IoTConsumerService` and Day 253's `TemperatureHandler` and `WebSocketHub`:
aiomqtt, an asyncpg pool of 5 to 20, redis.asyncio. Of each message: INSERT in a
transaction of its own, HSET and EXPIRE of the latest value, PUBLISH for the websocket,
HINCRBY of the counter, HSET and EXPIRE of the device's status. The load has no alarm,
so the alert engine, which writes more, stays idle. aiomqtt acknowledges on arrival, as
in the specification: what its queue holds when the process dies is lost.

`python -m tests.benchmarks.consumers.specified --topic smartdairy/bench/#` reads the
DSN from BENCH_DSN and Redis from BENCH_REDIS_URL, prints `ready` when it is subscribed,
and one JSON object so many seconds after the first message.
"""

import asyncio
import json
import os
import sys
import time
from datetime import datetime, timezone

import aiomqtt
import asyncpg
from redis import asyncio as aioredis

from ..loopback import require_loopback
from .insert_commit import FIRST_WITHIN, parse_arguments
from .table import SCHEMA, Table, alarm_of

INSERT = f"""
INSERT INTO {SCHEMA}.temperature_readings
    (time, device_id, location_id, temperature_celsius,
     humidity_percent, is_alarm, alarm_type)
VALUES ($1, $2, $3, $4, $5, $6, $7)
"""


def now():
    """The specification's `datetime.utcnow().isoformat()`."""
    return datetime.now(timezone.utc).isoformat()


class TemperatureHandler:
    """Day 253."""

    def __init__(self, pool, redis):
        self._pool = pool
        self._redis = redis

    async def handle(self, data):
        """Store, cache, broadcast, count."""
        device_id = data["_device_id"]
        temperature = float(data.get("temperature", data.get("value", 0)))
        humidity = data.get("humidity")
        timestamp = datetime.fromisoformat(data["timestamp"].replace("Z", "+00:00"))
        alarm = alarm_of(temperature)
        row = (timestamp, device_id, data.get("location_id"), temperature, humidity)
        async with self._pool.acquire() as connection:
            await connection.execute(INSERT, *row, alarm is not None, alarm)
        await self._update_cache(device_id, temperature, humidity, alarm)
        message = {
            "type": "temperature_reading",
            "device_id": device_id,
            "temperature": temperature,
            "humidity": humidity,
            "is_alarm": alarm is not None,
            "timestamp": timestamp.isoformat(),
        }
        await self._redis.publish(f"ws:device:{device_id}", json.dumps(message))
        await self._redis.hincrby("iot:stats", "messages_processed", 1)

    async def _update_cache(self, device_id, temperature, humidity, alarm):
        key = f"device:{device_id}:latest"
        latest = {
            "temperature": str(temperature),
            "humidity": str(humidity) if humidity else "",
            "is_alarm": str(alarm is not None).lower(),
            "updated_at": now(),
        }
        await self._redis.hset(key, mapping=latest)
        await self._redis.expire(key, 3600)


class Service:
    """Day 252."""

    def __init__(self, pool, redis):
        self._redis = redis
        self._handler = TemperatureHandler(pool, redis)
        self.first = self.last = None

    async def consume(self, client, seconds):
        """One message after the other, for so long after the first."""
        async for message in client.messages:
            self.first = self.first or time.perf_counter()
            await self._process(message)
            self.last = time.perf_counter()
            if self.last - self.first >= seconds:
                return

    async def _process(self, message):
        topic = str(message.topic)
        data = json.loads(message.payload.decode("utf-8"))
        device_id = topic.split("/")[3]
        data["_device_id"] = device_id
        data["_topic"] = topic
        data["_received_at"] = now()
        await self._handler.handle(data)
        key = f"device:{device_id}:status"
        status = {"last_seen": now(), "is_online": "true"}
        await self._redis.hset(key, mapping=status)
        await self._redis.expire(key, 600)


async def serve(options, dsn, redis_url):
    """Connect as the specification does; consume; return the seconds it took."""
    redis = aioredis.from_url(redis_url, encoding="utf-8", decode_responses=True)
    async with asyncpg.create_pool(dsn, min_size=5, max_size=20) as pool, redis:
        service = Service(pool, redis)
        async with aiomqtt.Client(
            require_loopback(options.host),
            options.port,
            username=options.username,
            password=os.environ.get("MQTT_PASSWORD", ""),
        ) as client:
            await client.subscribe(options.topic, qos=1)
            print("ready", flush=True)
            limit = FIRST_WITHIN + options.seconds
            await asyncio.wait_for(service.consume(client, options.seconds), limit)
    return service.last - service.first


def main(argv=None):
    """Prepare, consume, print."""
    options = parse_arguments(argv)
    dsn = os.environ["BENCH_DSN"]
    table = Table(dsn)
    elapsed = asyncio.run(serve(options, dsn, os.environ["BENCH_REDIS_URL"]))
    print(json.dumps({"stored": table.rows(), "seconds": elapsed}), flush=True)
    table.drop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
