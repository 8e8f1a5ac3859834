#!/bin/bash
# Roles, databases, extensions and the foreign server. The image's entrypoint runs it as
# the superuser over a local socket when the data folder is empty; run again, it adds what
# is missing and sets the passwords anew:
#   docker compose -f docker/compose.yaml exec -u postgres timescaledb \
#       bash /docker-entrypoint-initdb.d/10-smartdairy.sh
#
# odoo         owns both databases; neither superuser nor allowed to make others
# reader       may read the readings and nothing else
# analyst      may read names and readings through Odoo's database (foreign.sql)
set -euo pipefail

# An empty password would take from a role the one that it has.
for role in odoo reader analyst; do
    file=${SECRETS:-/run/secrets}/${role}_db_password
    [ -s "$file" ] || { echo "$file is missing: docker/secrets.sh makes it" >&2; exit 1; }
done

# psql's variables quote the passwords; they are on no command line that others can see.
# template0, as the image puts TimescaleDB into template1, and it is no part of Odoo's.
psql -v ON_ERROR_STOP=1 --username "${POSTGRES_USER:-postgres}" --dbname postgres <<SQL
\set odoo \`cat "${SECRETS:-/run/secrets}/odoo_db_password"\`
\set reader \`cat "${SECRETS:-/run/secrets}/reader_db_password"\`
SET log_statement = 'none';
SET log_min_duration_statement = -1;
SET log_min_error_statement = 'panic';
SELECT format('CREATE ROLE %I LOGIN', name) FROM unnest(ARRAY['odoo', 'reader']) AS name
 WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name)
\gexec
ALTER ROLE odoo PASSWORD :'odoo';
ALTER ROLE reader PASSWORD :'reader';
SELECT format('CREATE DATABASE %I OWNER odoo TEMPLATE template0', name)
  FROM unnest(ARRAY['smartdairy', 'smartdairy_iot']) AS name
 WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = name)
\gexec
REVOKE CONNECT ON DATABASE smartdairy, smartdairy_iot FROM PUBLIC;
GRANT CONNECT ON DATABASE smartdairy_iot TO reader;
\connect smartdairy_iot
CREATE EXTENSION IF NOT EXISTS timescaledb;
\i ${READER:-/etc/smartdairy/reader.sql}
\connect smartdairy
CREATE EXTENSION IF NOT EXISTS unaccent;
CREATE EXTENSION IF NOT EXISTS pg_trgm;
\set store_port ${PGPORT:-5432}
\i ${FOREIGN:-/etc/smartdairy/foreign.sql}
SQL
