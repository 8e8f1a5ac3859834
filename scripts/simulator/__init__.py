"""A farm that publishes as a real one would: `python -m simulator --env FILE`.

`physics/` knows milk, cows and noise and nothing of MQTT; `farm.py` lays the demo
farms out with it and turns their state into payloads; `connection.py` is one device's
MQTT session over mutual TLS; `fleet.py` drives all of them from one thread.
"""
