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

# Odoo (100:101 in the official image) signs with the authority's key and writes for the
# broker (1883:1883 in its image), which reads.
if [ "$(id -u)" = 0 ]; then
    chown -R 100:1883 "$certificates" "$broker"
    find "$certificates" "$broker" -type d -exec chmod 750 {} +
    find "$certificates" "$broker" -type f -exec chmod 640 {} +
    chmod 770 "$broker"
    chmod 600 "$certificates/ca.key"
fi
