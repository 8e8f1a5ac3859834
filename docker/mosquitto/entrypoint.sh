#!/bin/sh
# Fills in the template, puts what Odoo builds upon into the shared folder, and lets
# broker.sh run Mosquitto. Every place may be given, so that it also runs without docker.
set -eu
config=${CONFIG:-$(cd "$(dirname "$0")" && pwd)}
folder=${BROKER:-/broker}
data=${DATA:-/mosquitto/data}
certificates=${CERTIFICATES:-/certificates}
made=${MADE:-/tmp/mosquitto.conf}

sed -e "s|@DATA@|$data|g" -e "s|@CERTIFICATES@|$certificates|g" -e "s|@FOLDER@|$folder|g" \
    -e "s|@TLS_PORT@|${TLS_PORT:-8883}|g" -e "s|@TLS_BIND@|${TLS_BIND:-0.0.0.0}|g" \
    -e "s|@TOKEN_PORT@|${TOKEN_PORT:-8884}|g" \
    -e "s|@PORT@|${PORT:-1883}|g" -e "s|@BIND@|127.0.0.1|g" \
    "$config/mosquitto.conf.in" >"$made"

# Off unless there is somewhere to send to.
if [ -n "${BRIDGE_ADDRESS:-}" ]; then
    sed -e "s|@ADDRESS@|$BRIDGE_ADDRESS|" -e "s|@CLIENT_ID@|${BRIDGE_CLIENT_ID:-smartdairy}|" \
        -e "s|@BRIDGE@|${BRIDGE:-/bridge}|g" "$config/bridge.conf.in" >>"$made"
fi

umask 027
# Moved there, as the file may be somebody else's: the folder is the broker's to write.
cp "$config/acl" "$folder/.acl.base.new"
mv -f "$folder/.acl.base.new" "$folder/acl.base"
# No user with a password, until Odoo exports tokens: no default password anywhere.
[ -e "$folder/passwd.base" ] || : >"$folder/passwd.base"
for name in acl passwd; do
    [ -e "$folder/$name" ] || cp "$folder/$name.base" "$folder/$name"
done
exec sh "$config/broker.sh" "$folder" "${MOSQUITTO:-mosquitto}" -c "$made"
