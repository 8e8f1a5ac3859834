# Every target is one line into scripts/; see README.md.
# Variables: ODOO_HOME TIMESCALE_DSN WORKERS ODOO_PORT MQTT_PORT MQTT_TLS_PORT
# MQTT_TOKEN_PORT PG_PORT
# MQTT_HOST MQTT_USERNAME MQTT_PASSWORD MQTT_CA MQTT_CERT_DIR, e.g. make run WORKERS=2
.PHONY: run stop status logs clean test lint bench backup restore doctor
.EXPORT_ALL_VARIABLES:
.NOTPARALLEL:

PYTHONDONTWRITEBYTECODE = 1
STACK = exec python3 scripts/stack

run:    ; @$(STACK) run
stop:   ; @$(STACK) stop
status: ; @$(STACK) status
logs:   ; @$(STACK) logs
clean:  ; @$(STACK) clean
test:   ; @$(STACK) test $(ARGS)
lint:   ; @$(STACK) lint
bench:  ; @$(STACK) bench $(ARGS)
doctor: ; @$(STACK) doctor $(ARGS)
backup: ; @$(STACK) backup $(ARGS)
restore: ; @$(STACK) restore $(ARGS)
