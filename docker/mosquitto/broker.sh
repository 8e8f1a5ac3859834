#!/bin/sh
# Runs the broker, and has it follow what Odoo exports: certificates revoked, tokens.
#
#   broker.sh FOLDER MOSQUITTO [ARGUMENT...]
#
# FOLDER/generation is written last, after passwd, acl and crl.pem are complete. Its
# second word says what is to be done: "reload" (SIGHUP), or "restart", for what a reload
# cannot do (docs/identity.md says when). This process becomes the broker, so that a
# supervisor sees the broker itself; the watcher is its child and ends with it.
set -u

folder=$1
shift
broker=$$

generation() { cat "$folder/generation" 2>/dev/null; }

is_alive() {
    kill -0 "$broker" 2>/dev/null && ! grep -q "^State:.Z" "/proc/$broker/status" 2>/dev/null
}

watch() {
    while is_alive; do
        sleep 1
        now=$(generation)
        [ "$now" = "$seen" ] && continue
        seen=$now
        echo "broker.sh: ${now:-nothing exported}" >&2
        case $now in
        *restart*)
            kill -TERM "$broker"
            while is_alive; do sleep 1; done
            # where a supervisor starts it again, that one also ends this script
            exec "$0" "$folder" "$@"
            ;;
        *) kill -HUP "$broker" ;;
        esac
    done
}

ulimit -n "$(ulimit -Hn)" # one for each device
seen=$(generation) # what the broker is about to read
trap "" HUP        # until it has a handler of its own, a reload must not end it
watch "$@" &
exec "$@"
