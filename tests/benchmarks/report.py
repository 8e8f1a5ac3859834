"""The figures, beside their targets: a table for people, lines for programs."""

import json
import os
from pathlib import Path

from .environment import RESULTS

WHAT = {  # metric → (what it is, unit, target)
    "ingest_msgs_per_s": ("the whole line, sustained", "msg/s", (">=", 15_000)),
    "paho_ceiling_msgs_per_s": ("bare paho subscriber", "msg/s", None),
    "ingest_of_ceiling": ("line ÷ bare paho", "ratio", (">=", 0.6)),
    "per_message_consumer_msgs_per_s": (
        "per-message consumer as specified",
        "msg/s",
        None,
    ),
    "ingest_of_per_message_consumer": (
        "line ÷ per-message consumer as specified",
        "ratio",
        (">=", 30),
    ),
    "insert_commit_msgs_per_s": (
        "INSERT + COMMIT per message, nothing else",
        "msg/s",
        None,
    ),
    "ingest_of_insert_commit": ("line ÷ INSERT + COMMIT alone", "ratio", None),
    "mixed_msgs_per_s": ("mixed traffic", "msg/s", (">=", 10_000)),
    "gateway_readings_per_s": (
        "gateway batches of 50",
        "readings/s",
        (">=", 60_000),
    ),
    "publish_to_commit_p50_ms": ("publish → commit at 2,000 msg/s, p50", "ms", None),
    "publish_to_commit_p99_ms": (
        "publish → commit at 2,000 msg/s, p99",
        "ms",
        ("<=", 500),
    ),
    "listener_rss_mb": ("listener's memory, highest of all loads", "MiB", ("<=", 300)),
    "outage_s": ("PostgreSQL was away for", "s", None),
    "stored_after_outage_s": ("all stored after its return in", "s", None),
    "outage_rss_growth_mb": ("listener's memory grew meanwhile by", "MiB", None),
    "arrived_reading_bytes": (
        "temperature reading as it arrived, with indexes",
        "bytes",
        None,
    ),
    "reading_bytes": (
        "the same, past days packed",
        "bytes",
        ("<=", 130),
    ),
    "specified_reading_bytes": (
        "the same in the specification's schema",
        "bytes",
        None,
    ),
    "specified_of_reading_bytes": ("specification's schema ÷ ours", "ratio", None),
    "compressed_reading_bytes": (
        "temperature reading, compressed",
        "bytes",
        ("<=", 10),
    ),
    "specified_of_compressed_bytes": (
        "specification's schema ÷ compressed",
        "ratio",
        (">=", 20),
    ),
    "copy_1_rows_per_s": ("COPY into the hypertable, 1 writer", "rows/s", None),
    "copy_4_rows_per_s": ("COPY into the hypertable, 4 writers", "rows/s", None),
    "trend_p95_ms": ("90 days of one device, p95", "ms", ("<=", 100)),
    "naive_of_trend": ("naive query ÷ 90 days of one device", "ratio", None),
    "day_p95_ms": ("24 hours in quarters, p95", "ms", ("<=", 30)),
    "naive_of_day": ("naive query ÷ 24 hours in quarters", "ratio", None),
    "latest_p95_ms": ("the newest of 200 devices, p95", "ms", None),
    "naive_of_latest": ("naive query ÷ the newest of 200 devices", "ratio", None),
    "summary_p95_ms": ("summary of 500 devices, p95", "ms", ("<=", 50)),
    "naive_of_summary": ("naive query ÷ summary of 500 devices", "ratio", None),
    "board_p95_ms": ("live board of 500 devices, p95", "ms", None),
    "naive_of_board": ("naive query ÷ live board of 500 devices", "ratio", None),
    "milkings_per_s": ("milkings of a shuffled stream", "milkings/s", None),
    "milk_messages_per_s": ("the same in messages", "msg/s", None),
    "milk_litres_off": ("litres told ÷ published, off by", "ratio", ("<=", 0.005)),
    "production_p95_ms": ("milk of 30 days by day, p95", "ms", ("<=", 100)),
    "production_animal_p95_ms": ("milk of 30 days by animal, p95", "ms", ("<=", 100)),
    "attention_judged_ms": ("1,000 animals judged", "ms", None),
    "attention_p95_ms": ("attention list of 1,000 animals, p95", "ms", ("<=", 100)),
    "compliance_s": ("compliance report, 10 tanks × 31 days", "s", None),
    "compliance_xlsx_s": ("its workbook", "s", None),
    "list_p95_ms": ("list of readings, 80 rows, p95", "ms", ("<=", 200)),
    "pivot_p95_ms": ("all readings by day, p95", "ms", None),
    "dashboard_paint_ms": (
        "Live with 1,000 devices painted, caches warm",
        "ms",
        ("<=", 1_500),
    ),
    "dashboard_complete_ms": ("… with the last of its tiles", "ms", None),
    "dashboard_long_tasks": (
        "1,000 sensors at 1 Hz on Live: tasks over 50 ms",
        "tasks",
        ("<=", 0),
    ),
    "dashboard_longest_task_ms": ("… the longest of them", "ms", None),
    "dashboard_scripting": ("… scripting, of a core", "ratio", ("<=", 0.2)),
    "dashboard_main_thread": ("… with layout and painting, of a core", "ratio", None),
    "dashboard_heap_growth_mb": ("… heap grew by", "MiB", ("<=", 5)),
    "publish_to_tile_p50_ms": ("publish → tile, p50", "ms", None),
    "publish_to_tile_p95_ms": ("publish → tile, p95", "ms", ("<=", 1_000)),
    "dashboard_bytes_per_s": ("what one dashboard receives a second", "bytes", None),
    "client_cpu_ms_per_s": (
        "one of 50 websockets: Odoo's processor a second",
        "ms",
        None,
    ),
    "client_rss_mb": ("one of 50 websockets: Odoo's memory", "MiB", None),
    "alert_statistics_all_p50_ms": ("statistics of 50,000 alerts, p50", "ms", None),
    "alert_statistics_all_p95_ms": ("… p95", "ms", ("<=", 300)),
    "alert_statistics_farm_p50_ms": ("… of one farm, p50", "ms", None),
    "alert_statistics_farm_p95_ms": ("… of one farm, p95", "ms", ("<=", 300)),
    "kiosk_turns": ("a wall screen turned its pictures", "times", None),
    "kiosk_heap_mb": ("… heap then", "MiB", None),
    "kiosk_heap_growth_mb": ("… heap grew after six hours by", "MiB", ("<=", 1)),
    "kiosk_node_growth": (
        "… nodes more, those beside the page too",
        "nodes",
        ("<=", 300),
    ),
    "kiosk_listener_growth": ("… event listeners more", "listeners", ("<=", 20)),
    "kiosk_survived": (
        "… restart, cut and silent line it recovered from",
        "faults",
        (">=", 3),
    ),
    "kiosk_days": ("… days after that, each with a new page", "days", (">=", 7)),
    "kiosk_errors": ("… errors in its page", "errors", ("<=", 0)),
    "evaluation_few_first_ms": (
        "evaluation, 10 % go outside at once, caches cold",
        "ms",
        None,
    ),
    "evaluation_few_p50_ms": ("evaluation, 10 % outside, p50", "ms", None),
    "evaluation_few_p95_ms": ("evaluation, 10 % outside, p95", "ms", ("<=", 150)),
    "evaluation_none_p50_ms": ("evaluation, none outside, p50", "ms", None),
    "evaluation_none_p95_ms": ("evaluation, none outside, p95", "ms", None),
    "evaluation_all_p50_ms": ("evaluation, all outside, p50", "ms", None),
    "evaluation_all_p95_ms": ("evaluation, all outside, p95", "ms", None),
    "conditions_500_p50_ms": ("conditions of 500 devices, p50", "ms", None),
    "conditions_500_p95_ms": ("conditions of 500 devices, p95", "ms", None),
    "conditions_10000_p50_ms": ("conditions of 10,000 devices, p50", "ms", None),
    "conditions_10000_p95_ms": ("conditions of 10,000 devices, p95", "ms", None),
    "breach_to_alert_p50_ms": ("breach → alert, p50", "ms", None),
    "breach_to_alert_p95_ms": ("breach → alert, p95", "ms", ("<=", 3_000)),
    "breach_to_bus_p50_ms": ("breach → farm's websocket, p50", "ms", None),
    "breach_to_bus_p95_ms": ("breach → farm's websocket, p95", "ms", ("<=", 3_000)),
    "breach_to_notification_p50_ms": ("breach → toast of a user, p50", "ms", None),
    "breach_to_notification_p95_ms": (
        "breach → toast of a user, p95",
        "ms",
        ("<=", 3_000),
    ),
    "breach_to_push_p50_ms": ("breach → push leaving, p50", "ms", None),
    "breach_to_push_p95_ms": ("breach → push leaving, p95", "ms", ("<=", 5_000)),
    "breach_to_first_phone_p50_ms": ("breach → FCM, first phone, p50", "ms", None),
    "breach_to_first_phone_p95_ms": (
        "breach → FCM, first phone, p95",
        "ms",
        ("<=", 5_000),
    ),
    "breach_to_last_phone_p50_ms": ("breach → FCM, last of five, p50", "ms", None),
    "breach_to_last_phone_p95_ms": (
        "breach → FCM, last of five, p95",
        "ms",
        ("<=", 5_000),
    ),
    "power_cut_alerts_s": ("5,000 breaches at once: all alerts", "s", None),
    "power_cut_planned_s": ("… all notifications planned", "s", None),
    "power_cut_told_s": ("… all told in Odoo", "s", ("<=", 30)),
    "power_cut_messages": (
        "… messages to one person, by one channel",
        "messages",
        ("<=", 10),
    ),
    "register_devices_s": ("10,000 devices registered", "s", None),
    "issue_certificates_s": ("… certificates issued and downloaded", "s", None),
    "devices_with_certificates_s": ("… both", "s", None),
    "connections": (
        "concurrent mutual-TLS connections, 2 minutes",
        "connections",
        (">=", 10_000),
    ),
    "connections_dropped": ("… dropped", "connections", ("<=", 0)),
    "connections_unacked": ("… readings not acknowledged", "readings", ("<=", 0)),
    "connections_readings": ("… readings acknowledged", "readings", None),
    "connections_per_s": ("… connected", "connections/s", None),
    "connections_broker_rss_mb": ("… the broker's memory", "MiB", None),
    "connections_broker_kib_each": ("… of it for each connection", "KiB", None),
    "registry_create_s": ("10,000 devices created", "s", None),
    "registry_profile_s": ("an edit of a profile, at its 3,600 devices", "s", None),
    "registry_list_p95_ms": ("devices, list of 80 of 10,000, p95", "ms", ("<=", 300)),
    "registry_list_end_p95_ms": ("… its last page, p95", "ms", ("<=", 300)),
    "registry_kanban_p95_ms": ("… kanban by status, p95", "ms", ("<=", 300)),
    "registry_search_text_p95_ms": ("… search for a text, p95", "ms", ("<=", 300)),
    "registry_search_farm_p95_ms": ("… those of a farm, p95", "ms", ("<=", 300)),
    "registry_search_tag_p95_ms": ("… those with a tag, p95", "ms", ("<=", 300)),
    "registry_search_alert_p95_ms": (
        "… those with an open alert, p95",
        "ms",
        ("<=", 300),
    ),
    "registry_panel_p95_ms": ("… search panel with counts, p95", "ms", ("<=", 300)),
    "registry_panel_text_p95_ms": (
        "… the same while searching, p95",
        "ms",
        ("<=", 300),
    ),
    "registry_map_p95_ms": ("… map of all, p95", "ms", ("<=", 300)),
    "api_readings": ("readings of the API's 500 devices", "rows", None),
    "api_summary_p95_ms": ("API, dashboard summary, p95", "ms", ("<=", 50)),
    "api_summary_20_p95_ms": ("… 20 clients once a second, p95", "ms", ("<=", 50)),
    "api_summary_per_s": ("… 20 clients at full speed, per worker", "requests/s", None),
    "api_devices_p95_ms": ("API, list of 500 devices, p95", "ms", ("<=", 100)),
    "api_devices_20_p95_ms": ("… 20 clients once a second, p95", "ms", ("<=", 100)),
    "api_devices_per_s": ("… 20 clients at full speed, per worker", "requests/s", None),
    "api_chart_p95_ms": ("API, chart of 24 h, p95", "ms", ("<=", 60)),
    "api_chart_20_p95_ms": ("… 20 clients once a second, p95", "ms", ("<=", 60)),
    "api_chart_per_s": ("… 20 clients at full speed, per worker", "requests/s", None),
    "api_trends_p95_ms": ("API, trends of 90 days, p95", "ms", ("<=", 150)),
    "api_trends_20_p95_ms": ("… 20 clients once a second, p95", "ms", ("<=", 150)),
    "api_trends_per_s": ("… 20 clients at full speed, per worker", "requests/s", None),
    "coldchain_tank_month_s": (
        "a tank's month of minute readings judged",
        "s",
        None,
    ),
    "coldchain_minute_p50_ms": ("a minute of 100 tanks judged, p50", "ms", None),
    "coldchain_minute_p95_ms": ("a minute of 100 tanks judged, p95", "ms", None),
    "coldchain_hook_us": ("listener's hook for each device of a tank", "µs", None),
    "soak_s": ("soak: faults under load for", "s", None),
    "soak_faults": ("… faults", "faults", None),
    "soak_readings": ("… readings acknowledged", "readings", None),
    "soak_unacked": ("… readings never acknowledged", "readings", ("<=", 0)),
    "soak_lost": ("… lost", "readings", ("<=", 0)),
    "soak_duplicated": ("… doubled, or never published", "rows", ("<=", 0)),
    "soak_rss_growth_mb": ("… listener's memory grew by", "MiB", ("<=", 20)),
    "lost": ("acknowledged readings without a row", "readings", ("<=", 0)),
    "duplicated": ("rows too many", "rows", ("<=", 0)),
}
RATIOS = (
    ("ingest_of_ceiling", "paho_ceiling_msgs_per_s"),
    ("ingest_of_per_message_consumer", "per_message_consumer_msgs_per_s"),
    ("ingest_of_insert_commit", "insert_commit_msgs_per_s"),
)


def complete(session):
    """All figures of the run, with the ratios taken in it."""
    figures = dict(session.figures)
    for ratio, of in RATIOS:
        if "ingest_msgs_per_s" in figures and of in figures:
            figures[ratio] = figures["ingest_msgs_per_s"] / figures[of]
    if session.peaks:
        figures["listener_rss_mb"] = max(session.peaks.values())
    return figures | {"lost": session.lost, "duplicated": session.duplicated}


def report(session):
    """Print the tables in Markdown; append one JSON object per figure to the file."""
    figures = complete(session)
    print(f"\n{os.cpu_count()} × {_processor()}; everything on this machine\n")
    print("| | measured | target | reached |\n|---|---:|---:|---|")
    for metric in filter(figures.__contains__, WHAT):
        print(_row(metric, figures[metric]))
    memory = [_memory(session.peaks)] if session.peaks else []
    for table in (*session.tables, *memory):
        print("", *table, sep="\n")
    RESULTS.parent.mkdir(exist_ok=True)
    with RESULTS.open("a", encoding="utf-8") as file:
        for metric, number in figures.items():
            file.write(json.dumps(_line(metric, number)) + "\n")
    return figures


def _row(metric, number):
    what, unit, target = WHAT[metric]
    shown = "" if unit == "ratio" else f" {unit}"
    asked = reached = ""
    if target:
        sign = "≥" if target[0] == ">=" else "≤"
        asked = f"{sign} {target[1]:,}" if target[1] else "0"
        reached = "yes" if is_reached(number, target) else "**no**"
    return f"| {what} | {_rounded(number, unit):,}{shown} | {asked} | {reached} |"


def _line(metric, number):
    unit, target = _unit(metric), WHAT.get(metric, (None, None, None))[2]
    line = {"metric": metric, "value": _rounded(number, unit), "unit": unit}
    if target:
        line |= {"target": " ".join(map(str, target))}
        line |= {"reached": is_reached(number, target)}
    return line


def _unit(metric):
    if metric in WHAT:
        return WHAT[metric][1]
    return "MiB" if metric.endswith("_mb") else "msg/s"  # the scaling's


def _rounded(number, unit):
    if unit == "ratio":
        return round(number, 2)
    is_fine = unit in ("s", "bytes") or unit == "ms" and number < 10
    return round(number, 1) if is_fine else round(number)


def is_reached(number, target):
    """:param target: ``(">=" or "<=", limit)``"""
    sign, limit = target
    return number >= limit if sign == ">=" else number <= limit


def _memory(peaks):
    lines = ["| load | listener's memory, highest |", "|---|---:|"]
    return lines + [f"| {load} | {peak:.0f} MiB |" for load, peak in peaks.items()]


def _processor():
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return "unknown processor"
