#!/bin/bash
# Roles and databases, once, when the data folder is empty. The image's entrypoint runs it
# as the superuser over a local socket.
#
# odoo         owns both databases; neither superuser nor allowed to make others
# reader       may read the readings and nothing else
set -euo pipefail

# psql's variables quote the passwords; they are on no command line that others can see.
psql -v ON_ERROR_STOP=1 --username "${POSTGRES_USER:-postgres}" --dbname postgres <<SQL
\set odoo \`cat "${SECRETS:-/run/secrets}/odoo_db_password"\`
\set reader \`cat "${SECRETS:-/run/secrets}/reader_db_password"\`
CREATE ROLE odoo LOGIN PASSWORD :'odoo';
CREATE ROLE reader LOGIN PASSWORD :'reader';
CREATE DATABASE smartdairy OWNER odoo;
CREATE DATABASE smartdairy_iot OWNER odoo;
REVOKE CONNECT ON DATABASE smartdairy, smartdairy_iot FROM PUBLIC;
GRANT CONNECT ON DATABASE smartdairy_iot TO reader;
\connect smartdairy
CREATE EXTENSION IF NOT EXISTS unaccent;
CREATE EXTENSION IF NOT EXISTS pg_trgm;
\connect smartdairy_iot
CREATE EXTENSION IF NOT EXISTS timescaledb;
\i ${READER:-/etc/smartdairy/reader.sql}
SQL
