#!/usr/bin/env bash
# Certificates of the farm: one CA, the broker's certificate, one per client.
#
#   certificates.sh ca      DIR             the certificate authority
#   certificates.sh server  DIR NAME...     server certificate for names and addresses
#   certificates.sh device  DIR CN...       client certificates; the CN is the MQTT user
#   certificates.sh crl     DIR FILE        an empty revocation list, to begin with
#
# DIR/ca.crt ca.key server.crt server.key clients/<CN>.crt <CN>.key; EC P-256 keys,
# readable by their owner only. What exists (and is valid for 30 more days) is kept,
# so the script may be run as often as one likes.
set -euo pipefail
umask 077

CA_DAYS=3650
SERVER_DAYS=825
DEVICE_DAYS=825
RENEW_BEFORE=$((30 * 24 * 3600))

die() { echo "certificates.sh: $*" >&2; exit 1; }

is_valid() { # certificate key
    [[ -s $1 && -s $2 ]] && openssl x509 -in "$1" -noout -checkend $RENEW_BEFORE >/dev/null
}

make_key() { openssl ecparam -name prime256v1 -genkey -noout -out "$1"; }

# Every certificate is made beside its place and moved there when complete.
make_ca() {
    is_valid "$dir/ca.crt" "$dir/ca.key" && return
    make_key "$dir/ca.key.new"
    openssl req -x509 -new -key "$dir/ca.key.new" -sha256 -days $CA_DAYS \
        -subj "/O=Smart Dairy/CN=Smart Dairy IoT CA" \
        -addext "basicConstraints=critical,CA:TRUE,pathlen:0" \
        -addext "keyUsage=critical,keyCertSign,cRLSign" -out "$dir/ca.crt.new"
    mv "$dir/ca.key.new" "$dir/ca.key"
    mv "$dir/ca.crt.new" "$dir/ca.crt"
    chmod 644 "$dir/ca.crt"
    # what another CA has signed is worthless now
    rm -f "$dir"/server.{crt,key} "$dir"/clients/*.{crt,key}
}

sign() { # path-without-suffix common-name days extensions
    local path=$1 name=$2 days=$3 extensions=$4
    make_key "$path.key.new"
    openssl req -new -key "$path.key.new" -subj "/O=Smart Dairy/CN=$name" |
        openssl x509 -req -sha256 -days "$days" -CA "$dir/ca.crt" -CAkey "$dir/ca.key" \
            -set_serial "0x$(openssl rand -hex 16)" -extfile <(printf '%b' "$extensions") \
            -out "$path.crt.new" 2>/dev/null
    [[ -s $path.crt.new ]] || die "signing the certificate of $name failed"
    mv "$path.key.new" "$path.key"
    mv "$path.crt.new" "$path.crt"
    chmod 644 "$path.crt"
}

make_server() {
    local names="" name
    for name in "$@"; do
        if [[ $name =~ ^[0-9.]+$|: ]]; then names+=",IP:$name"; else names+=",DNS:$name"; fi
    done
    names=${names#,}
    if is_valid "$dir/server.crt" "$dir/server.key" &&
        [[ $(cat "$dir/server.names" 2>/dev/null) == "$names" ]]; then return; fi
    sign "$dir/server" "$1" $SERVER_DAYS \
        "basicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature\nextendedKeyUsage=serverAuth\nsubjectAltName=$names\n"
    echo "$names" >"$dir/server.names"
}

make_device() {
    local name=$1
    # the name becomes a topic segment, an ACL user and a file name
    [[ $name =~ ^[A-Za-z0-9][A-Za-z0-9_.:-]{0,63}$ ]] || die "not a device name: $name"
    is_valid "$dir/clients/$name.crt" "$dir/clients/$name.key" && return
    sign "$dir/clients/$name" "$name" $DEVICE_DAYS \
        "basicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature\nextendedKeyUsage=clientAuth\n"
}

# Without a list Mosquitto does not start, and past its date it refuses every device: it
# is valid as long as the CA. Odoo writes the next ones.
make_crl() {
    local file=$1 work days
    openssl crl -in "$file" -CAfile "$dir/ca.crt" -noout 2>&1 | grep -q "verify OK" && return
    work=$(mktemp -d)
    : >"$work/index"
    echo 01 >"$work/number"
    days=$((($(date -d "$(openssl x509 -in "$dir/ca.crt" -noout -enddate | cut -d= -f2)" +%s) - $(date +%s)) / 86400))
    openssl ca -gencrl -config <(printf '[ca]\ndefault_ca=x\n[x]\ndatabase=%s\ncrlnumber=%s\n' \
        "$work/index" "$work/number") -md sha256 -crldays "$days" \
        -cert "$dir/ca.crt" -keyfile "$dir/ca.key" -out "$file.new" 2>/dev/null || true
    rm -r "$work"
    [[ -s $file.new ]] || die "making the revocation list $file failed"
    chmod 640 "$file.new"
    mv "$file.new" "$file"
}

[[ $# -ge 2 ]] || die "usage: certificates.sh ca|server|device|crl DIR [NAME...]"
action=$1
dir=$2
shift 2
mkdir -p "$dir/clients"
case $action in
ca) make_ca ;;
server)
    [[ $# -ge 1 ]] || die "server needs at least one name or address"
    make_ca
    make_server "$@"
    ;;
device)
    [[ -s $dir/ca.key ]] || die "no CA in $dir: run 'certificates.sh ca $dir' first"
    for name in "$@"; do make_device "$name"; done
    ;;
crl)
    [[ $# -eq 1 ]] || die "crl needs the file to write"
    [[ -s $dir/ca.key ]] || die "no CA in $dir: run 'certificates.sh ca $dir' first"
    make_crl "$1"
    ;;
*) die "unknown action: $action" ;;
esac
