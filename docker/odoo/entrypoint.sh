#!/bin/sh
# Writes odoo.conf, installs or upgrades the add-ons when they are others than the last
# time, and becomes Odoo. Every place may be given, so that it also runs without docker.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
secrets=${SECRETS:-/run/secrets}
own=${ADDONS:-/opt/smartdairy/addons}
conf=${CONF:-/run/odoo/odoo.conf}
data=${DATA:-/var/lib/odoo}
odoo=${ODOO:-odoo}
wanted=${MODULES:-smartdairy_iot,smartdairy_iot_timescale,smartdairy_iot_mobile_api}

secret() { cat "$secrets/$1"; }

umask 077
# The passwords are hexadecimal, so none of them can end the sed expression.
sed -e "s|@ADDONS@|${ODOO_ADDONS:-/usr/lib/python3/dist-packages/odoo/addons},$own|" \
    -e "s|@DATA@|$data|" -e "s|@MASTER@|$(secret odoo_master_password)|" \
    -e "s|@DB_HOST@|${DB_HOST:-timescaledb}|" -e "s|@DB_PORT@|${DB_PORT:-5432}|" \
    -e "s|@DB_PASSWORD@|$(secret odoo_db_password)|" -e "s|@WORKERS@|${WORKERS:-2}|" \
    -e "s|@HTTP_PORT@|${HTTP_PORT:-8069}|" -e "s|@GEVENT_PORT@|${GEVENT_PORT:-8072}|" \
    -e "s|@MQTT_HOST@|${MQTT_HOST:-mosquitto}|" -e "s|@MQTT_PORT@|${MQTT_PORT:-8883}|" \
    -e "s|@DEVICE_HOST@|${DEVICE_HOST:-localhost}|" \
    -e "s|@CERTIFICATES@|${CERTIFICATES:-/certificates}|" \
    -e "s|@BROKER@|${BROKER:-/broker}|" -e "s|@WEBHOOK@|$(secret webhook_secret)|" \
    -e "s|@METRICS@|$(secret metrics_token)|" "$here/odoo.conf.in" >"$conf"

# What is installed is remembered beside the filestore, as a checksum of the add-ons.
now=$(cd "$own" && find . -type f ! -name '*.pyc' -exec cksum {} + | sort | cksum)
seen=$(cat "$data/smartdairy.installed" 2>/dev/null || true)
if [ "$now" != "$seen" ]; then
    if [ -z "$seen" ]; then
        $odoo -c "$conf" -i "$wanted" --stop-after-init --no-http
        # The administrator's password is the secret, never "admin".
        $odoo shell -c "$conf" --no-http <<PYTHON
env.ref("base.user_admin").password = open("$secrets/odoo_admin_password").read().strip()
env.cr.commit()
PYTHON
    else
        $odoo -c "$conf" -u "$wanted" --stop-after-init --no-http
    fi
    echo "$now" >"$data/smartdairy.installed"
fi
exec $odoo -c "$conf" "$@"
