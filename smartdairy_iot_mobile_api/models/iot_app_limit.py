from odoo import api, models
from odoo.tools import SQL

_KEPT = "1 day"  # a bucket that nobody touched is full long before


class IotAppLimit(models.AbstractModel):
    """The token buckets, in the database: they hold for all workers and hosts.

    The table is UNLOGGED: no call waits for a disk, and after a crash of the database
    server all buckets are full again.
    """

    _name = "iot.app.limit"
    _description = "Rate Limits of the Mobile API"

    def init(self):
        # Raw SQL: the ORM makes no UNLOGGED tables.
        self.env.cr.execute(
            """
            CREATE UNLOGGED TABLE IF NOT EXISTS iot_app_limit (
                key varchar PRIMARY KEY,
                tokens double precision NOT NULL,
                at timestamptz NOT NULL,
                per_second double precision NOT NULL,
                is_allowed boolean NOT NULL
            )
            """
        )

    @api.model
    def _take(self, buckets, now=None):
        """One call out of each bucket; out of an empty one nothing is taken.

        :param buckets: list of :class:`~..auth.limit.Bucket`
        :param now: aware; None: the database's clock, which all hosts share
        :return: seconds to wait until all have one, 0.0: go ahead
        """
        if not buckets:
            return 0.0
        keys, capacities, rates = map(list, zip(*buckets, strict=True))
        # Raw SQL: read, refill and take in one statement. Always in the same order:
        # two calls must not wait for each other.
        query = SQL(
            """
            INSERT INTO iot_app_limit AS old (key, tokens, at, per_second, is_allowed)
            SELECT key, capacity - 1, COALESCE(%(now)s, clock_timestamp()), rate, true
              FROM unnest(%(keys)s::varchar[], %(capacities)s::float8[],
                          %(rates)s::float8[]) AS said (key, capacity, rate)
             ORDER BY key
            ON CONFLICT (key) DO UPDATE
               SET (tokens, is_allowed, at, per_second) = (
                   SELECT CASE WHEN filled >= 1 THEN filled - 1 ELSE filled END,
                          filled >= 1,
                          GREATEST(old.at, EXCLUDED.at),
                          EXCLUDED.per_second
                     FROM (SELECT LEAST(
                               EXCLUDED.tokens + 1,
                               old.tokens + EXCLUDED.per_second * GREATEST(
                                   0, EXTRACT(EPOCH FROM EXCLUDED.at - old.at))
                           ) AS filled) AS refill)
            RETURNING CASE WHEN is_allowed THEN 0 ELSE (1 - tokens) / per_second END
            """,
            keys=keys,
            capacities=capacities,
            rates=rates,
            now=now,
        )
        self.env.cr.execute(query)
        return max(float(wait) for (wait,) in self.env.cr.fetchall())

    @api.autovacuum
    def _gc_buckets(self):
        # Raw SQL: the table is not the ORM's.
        self.env.cr.execute(
            SQL("DELETE FROM iot_app_limit WHERE at < now() - %s::interval", _KEPT)
        )
