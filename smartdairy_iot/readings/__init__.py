"""What `iot.sensor.reading` is made of: ids, domains, SQL and where it runs."""
