import io
import json
import logging
import threading
from datetime import datetime, timezone

import pytest

from smartdairy_iot.ingest.buffer import Buffer
from smartdairy_iot.ingest.message import Decoded, Sample
from smartdairy_iot.watch.json_log import about, use_json

NOW = datetime(2026, 3, 1, 6, tzinfo=timezone.utc)


@pytest.fixture
def log():
    """``log.lines()``: what a logger has written, read back."""
    logger = logging.Logger("dairy", logging.DEBUG)
    stream = io.StringIO()
    logger.addHandler(logging.StreamHandler(stream))
    use_json(logger, {'hush-"hush', "cow", ""})
    logger.lines = lambda: [json.loads(x) for x in stream.getvalue().splitlines()]
    return logger


def test_a_line_is_an_object_with_when_how_bad_who_and_what(log):
    log.warning("Tank %s is warm", "A")
    (line,) = log.lines()
    assert line["level"] == "WARNING" and line["logger"] == "dairy"
    assert line["message"] == "Tank A is warm"
    assert datetime.fromisoformat(line["time"]).tzinfo is not None


def test_a_text_from_outside_makes_no_line_of_its_own(log):
    log.info("topic %s", 'x\n{"level": "CRITICAL"}\u2028')
    (line,) = log.lines()
    assert line["level"] == "INFO" and "CRITICAL" in line["message"]


def test_an_exception_stays_in_its_line(log):
    try:
        raise ValueError("no such tank")
    except ValueError:
        log.exception("failed")
    (line,) = log.lines()
    assert "Traceback" in line["exception"] and "no such tank" in line["exception"]


def test_where_somebody_asked_for_the_stack_it_is_in_the_line(log):
    log.info("here", stack_info=True)
    assert "test_json_log.py" in log.lines()[0]["stack"]


def test_secrets_are_written_nowhere_not_even_in_an_exception(log):
    try:
        raise ValueError('password=hush-"hush')
    except ValueError:
        log.exception("with %s", 'hush-"hush')
    (line,) = log.lines()
    assert "hush" not in json.dumps(line)


def test_a_short_secret_is_hidden_where_it_stands_and_not_in_other_words(log):
    log.info("coward, scow, cow_2: user=odoo password=cow")
    assert log.lines()[0]["message"] == "coward, scow, cow_2: user=odoo password=***"


def test_lines_of_others_too_carry_the_batch_while_it_is_stored_and_only_then(log):
    with about(batch="7-1"), about(device="T-1"):
        log.info("SQL failed")
    log.info("later")
    first, second = log.lines()
    assert (first["batch"], first["device"]) == ("7-1", "T-1")
    assert "batch" not in second


def test_another_thread_is_not_about_our_batch(log):
    with about(batch="7-1"):
        thread = threading.Thread(target=log.info, args=("elsewhere",))
        thread.start()
        thread.join()
    assert "batch" not in log.lines()[0]


def test_a_batch_names_its_devices_and_keeps_its_number_however_often_it_is_tried(log):
    buffer = Buffer(10, 1, 100)
    batches = []
    for name in ("T-2", "T-1"):
        sample = Sample(name, "temperature", NOW, NOW, {})
        buffer.add(Decoded(samples=[sample]), None, 0)
        batches.append(buffer.take())
    for batch in (batches[0], batches[0], batches[1]):
        log.info("try", extra={"about": batch.about()})
    first, again, second = log.lines()
    assert first["batch"] == again["batch"] != second["batch"]
    assert first["devices"] == ["T-2"] and second["devices"] == ["T-1"]
