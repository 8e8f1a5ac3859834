-- The readings beside the names of devices and farms: in Odoo's database, the foreign
-- server "timescale" and the schema "readings" (docs/operations.md, "SQL over both").
-- Run by a superuser in Odoo's database, as often as one likes, after reader.sql:
--   SECRETS=docker/secrets psql -d smartdairy -f docker/timescaledb/foreign.sql
-- with -v store_host=… -v store_port=… -v store_db=… where they are others than below. In
-- the folder SECRETS are reader_db_password and analyst_db_password.
--
-- Odoo's role is the one that owns the database.
-- analyst         who asks: names and readings, nothing else of Odoo's
-- readings_link   owns server and foreign tables; nobody can be it, so nobody but a
--                 superuser reads the password of the user mappings
\set ON_ERROR_STOP on
-- Odoo owns this database: nothing that it may have put into "public" is called here.
SET search_path = pg_catalog;
\if :{?store_host} \else
  \set store_host 127.0.0.1
\endif
\if :{?store_port} \else
  \set store_port 5432
\endif
\if :{?store_db} \else
  \set store_db smartdairy_iot
\endif
\set reader `cat "${SECRETS:-/run/secrets}/reader_db_password"`
\set analyst `cat "${SECRETS:-/run/secrets}/analyst_db_password"`
-- Statements with passwords stand in no log, whatever is logged and even if they fail.
SET log_statement = 'none';
SET log_min_duration_statement = -1;
SET log_min_error_statement = 'panic';
SET client_min_messages = 'warning';
SELECT '' IN (:'reader', :'analyst') AS is_missing
\gset
\if :is_missing
  DO $$ BEGIN RAISE 'reader_db_password and analyst_db_password must be in the folder SECRETS'; END $$;
\endif

SELECT format('CREATE ROLE %I', name)
  FROM unnest(ARRAY['analyst', 'readings_link']) AS name
 WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name)
\gexec
ALTER ROLE readings_link NOLOGIN;
ALTER ROLE analyst LOGIN PASSWORD :'analyst' CONNECTION LIMIT 10;
ALTER ROLE analyst SET default_transaction_read_only = on;
ALTER ROLE analyst SET statement_timeout = '30s';
SELECT format('GRANT CONNECT ON DATABASE %I TO analyst', current_database())
\gexec

SELECT pg_get_userbyid(datdba) AS odoo FROM pg_database WHERE datname = current_database()
\gset

BEGIN;
CREATE EXTENSION IF NOT EXISTS postgres_fdw SCHEMA public;
-- TimescaleDB is not in Odoo's database, so its functions are not sent: date_bin() is.
CREATE SERVER IF NOT EXISTS timescale FOREIGN DATA WRAPPER postgres_fdw
    OPTIONS (host '', port '', dbname '', connect_timeout '10', fetch_size '10000',
             use_remote_estimate 'true', updatable 'false', truncatable 'false');
ALTER SERVER timescale
    OPTIONS (SET host :'store_host', SET port :'store_port', SET dbname :'store_db');
ALTER SERVER timescale OWNER TO readings_link;
DROP USER MAPPING IF EXISTS FOR analyst SERVER timescale;
DROP USER MAPPING IF EXISTS FOR readings_link SERVER timescale;
CREATE USER MAPPING FOR analyst SERVER timescale
    OPTIONS (user 'reader', password :'reader');
CREATE USER MAPPING FOR readings_link SERVER timescale
    OPTIONS (user 'reader', password :'reader');
CREATE SCHEMA IF NOT EXISTS readings AUTHORIZATION readings_link;
CREATE SCHEMA IF NOT EXISTS readings_import AUTHORIZATION readings_link;
GRANT USAGE ON SCHEMA readings TO analyst;
GRANT USAGE, CREATE ON SCHEMA readings TO :"odoo";

-- The add-on calls it after each upgrade. A table that is as it was is kept, with what
-- people have built upon it.
CREATE OR REPLACE FUNCTION readings.refresh() RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $body$
DECLARE
    is_new boolean;
    is_other boolean;
    named name;
BEGIN
    IMPORT FOREIGN SCHEMA public LIMIT TO (
        temperature_readings, milk_meter_readings, sensor_readings, device_status,
        alert_history, temperature_quarter_hourly, milk_quarter_hourly,
        sensor_quarter_hourly, temperature_hourly
    ) FROM SERVER timescale INTO readings_import;
    FOR named, is_new, is_other IN
        SELECT relname, new.columns IS NOT NULL, old.columns IS DISTINCT FROM new.columns
          FROM readings.columns('readings') AS old
          FULL JOIN readings.columns('readings_import') AS new USING (relname)
    LOOP
        IF is_other THEN
            EXECUTE format('DROP FOREIGN TABLE IF EXISTS readings.%I', named);
        END IF;
        IF is_other AND is_new THEN
            EXECUTE format(
                'ALTER FOREIGN TABLE readings_import.%I SET SCHEMA readings', named);
            EXECUTE format('GRANT SELECT ON readings.%I TO analyst', named);
        ELSIF is_new THEN
            EXECUTE format('DROP FOREIGN TABLE readings_import.%I', named);
        END IF;
    END LOOP;
END
$body$;
CREATE OR REPLACE FUNCTION readings.columns(schema text)
RETURNS TABLE (relname name, columns text) LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp AS $body$
    SELECT pg_class.relname,
           string_agg(attname || ' ' || format_type(atttypid, atttypmod), ', '
                      ORDER BY attnum)
      FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid
     WHERE relnamespace = to_regnamespace(schema) AND relkind = 'f'
       AND attnum > 0 AND NOT attisdropped
     GROUP BY 1
$body$;
ALTER FUNCTION readings.columns(text) OWNER TO readings_link;
ALTER FUNCTION readings.refresh() OWNER TO readings_link;
REVOKE ALL ON FUNCTION readings.refresh() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION readings.refresh() TO :"odoo";
COMMIT;
