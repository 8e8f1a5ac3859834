-- What the role "reader" (Grafana, dashboards of one's own) may do in the time-series
-- database: read, for half a minute a question. Run by the role that owns the tables or a
-- superuser, as often as one likes; an installation without docker runs it with
--   psql -d smartdairy_iot -f docker/timescaledb/reader.sql
-- after CREATE ROLE reader LOGIN PASSWORD '…'.
SET search_path = pg_catalog; -- not what Odoo, which owns it, may have put into "public"
ALTER ROLE reader SET default_transaction_read_only = on;
ALTER ROLE reader SET statement_timeout = '30s';
ALTER ROLE reader CONNECTION LIMIT 20; -- Grafana, and one for each session of "analyst"
GRANT USAGE ON SCHEMA public TO reader;
GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader;
-- What Odoo makes later, too: it owns the database.
SELECT pg_get_userbyid(datdba) AS odoo FROM pg_database WHERE datname = current_database()
\gset
ALTER DEFAULT PRIVILEGES FOR ROLE :"odoo" IN SCHEMA public
    GRANT SELECT ON TABLES TO reader;
