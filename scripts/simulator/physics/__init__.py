"""Milk, cows and sensors. Pure: no MQTT, no clock, the random source passed in."""
