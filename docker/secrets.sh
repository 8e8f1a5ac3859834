#!/bin/sh
# Makes the passwords of docker/compose.yaml, once: run it again as often as you like.
# Docker mounts these files as they are, so they are readable by containers' users (0444)
# inside a folder that only their owner may enter (0700).
set -eu
folder=${1:-$(dirname "$0")/secrets}
umask 077
mkdir -p "$folder"
for name in postgres_password odoo_db_password odoo_master_password odoo_admin_password \
    webhook_secret metrics_token reader_db_password analyst_db_password \
    grafana_admin_password; do
    [ -s "$folder/$name" ] && continue
    openssl rand -hex 32 | tr -d '\n' >"$folder/$name"
    chmod 444 "$folder/$name"
    echo "made $name"
done
# Not ours to make up: empty, nobody is told (docker/README.md).
for name in alert_webhook_url smtp_password; do
    [ -e "$folder/$name" ] || : >"$folder/$name"
    chmod 444 "$folder/$name"
done
