#!/bin/bash
# The one-shot service "certificates": the authority, the broker's certificate and the
# listener's, made once and renewed a month before they end, by scripts/certificates.sh.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
script=$here/../scripts/certificates.sh
certificates=${CERTIFICATES:-/certificates}
broker=${BROKER:-/broker}
read -ra names <<<"${MQTT_NAMES:-localhost mosquitto}"

bash "$script" server "$certificates" "${names[@]}"
bash "$script" device "$certificates" iot_consumer
[ -s "$broker/crl.pem" ] || bash "$script" crl "$certificates" "$broker/crl.pem"

# Odoo signs with the authority's key and writes for the broker (1883:1883 in its image),
# which reads. Whatever either of them makes in the shared folder is of the broker's group.
if [ "$(id -u)" = 0 ]; then
    odoo=$(id -u odoo) # this is Odoo's image
    chown -R "$odoo:1883" "$certificates"
    find "$certificates" -type d -exec chmod 750 {} +
    find "$certificates" -type f -exec chmod 640 {} +
    chmod 600 "$certificates/ca.key"
    chown "$odoo:1883" "$broker" "$broker/crl.pem"
    chmod 2770 "$broker"
    chmod 640 "$broker/crl.pem"
fi
