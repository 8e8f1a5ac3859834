#!/bin/sh
# Writes the configuration, with whom to tell, and becomes Alertmanager. Every place may be
# given, so that it also runs without docker. Only the file that it writes, readable by its
# owner, has the secrets in it.
#
#   SECRETS/alert_webhook_url   where each alert is posted to; empty: nowhere
#   ALERT_EMAIL_TO              who gets a mail; empty: nobody. With SMTP_HOST (host:port),
#                               ALERT_EMAIL_FROM, SMTP_USER, SECRETS/smtp_password
set -eu
config=${CONFIG:-$(cd "$(dirname "$0")" && pwd)}
secrets=${SECRETS:-/run/secrets}
made=${MADE:-/tmp/alertmanager.yml}

secret() { cat "$secrets/$1" 2>/dev/null || true; }
# As YAML's single quotes want it: nothing in it is read as anything else.
quote() { printf "'%s'" "$(printf '%s' "$1" | sed "s/'/''/g")"; }

url=$(secret alert_webhook_url)
umask 077
cat "$config/alertmanager.yml.in" >"$made"
if [ -n "$url" ]; then
    printf '      webhook_configs:\n          - url: %s\n' "$(quote "$url")" >>"$made"
fi
if [ -n "${ALERT_EMAIL_TO:-}" ]; then
    : "${SMTP_HOST:?the mail server, as host:port, for ALERT_EMAIL_TO}"
    {
        printf '      email_configs:\n          - to: %s\n' "$(quote "$ALERT_EMAIL_TO")"
        printf '            from: %s\n' "$(quote "${ALERT_EMAIL_FROM:-$ALERT_EMAIL_TO}")"
        printf '            smarthost: %s\n' "$(quote "$SMTP_HOST")"
        printf '            require_tls: %s\n' "${SMTP_TLS:-true}"
        printf '            send_resolved: true\n'
        if [ -n "${SMTP_USER:-}" ]; then
            printf '            auth_username: %s\n' "$(quote "$SMTP_USER")"
            printf '            auth_password: %s\n' "$(quote "$(secret smtp_password)")"
        fi
    } >>"$made"
fi
[ -n "$url${ALERT_EMAIL_TO:-}" ] ||
    echo "entrypoint.sh: nobody is told: neither alert_webhook_url nor ALERT_EMAIL_TO" >&2

exec "${ALERTMANAGER:-/bin/alertmanager}" --config.file="$made" \
    --storage.path="${DATA:-/alertmanager}" --cluster.listen-address= \
    --data.retention=240h "$@" # it must remember longer than the longest repeat_interval
