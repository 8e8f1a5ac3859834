"""Look at everything, say what is wrong, and what to do."""

import argparse
import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import psycopg2  # noqa: E402
from reference.settings_table import REPO, declaration  # noqa: E402

from doctor import (  # noqa: E402
    broker,
    bundle,
    configuration,
    database,
    machine,
    replica,
    store,
    tls,
)
from doctor.finding import Finding  # noqa: E402


def main(arguments: list[str] | None = None) -> int:
    """Exit code 0: nothing has failed; 1: something has; 2: no configuration."""
    parser = argparse.ArgumentParser(prog="doctor", description=__doc__)
    parser.add_argument("--config", default=os.environ.get("ODOO_RC", ""))
    parser.add_argument("--database", default="", help="if db_name does not say it")
    parser.add_argument("--bundle", help="folder for a support bundle without secrets")
    options = parser.parse_args(arguments)
    if not options.config:
        parser.error("give --config /path/to/odoo.conf")
    try:
        found = configuration.Configuration.read(
            Path(options.config), declaration(), options.database
        )
    except ValueError as error:
        print(f"FAIL  configuration {error}", file=sys.stderr)
        return 2
    findings, facts = examine(found)
    secrets = found.secrets()
    report = bundle.scrub(to_text(findings), secrets)
    print(report, end="")
    if options.bundle:
        folder = Path(options.bundle)
        folder.mkdir(parents=True, exist_ok=True)
        facts["findings"] = [vars(finding) for finding in findings]
        print(f"support bundle: {bundle.write(folder, found, report, facts)}")
    return 1 if any(finding.state == "failure" for finding in findings) else 0


def examine(config: configuration.Configuration) -> tuple[list[Finding], dict]:
    """All findings, in the order in which a person would look, and the facts."""
    settings = config.settings
    facts = {"versions": machine.versions()}
    findings = configuration.check(config)
    dsn = config.odoo_dsn()
    findings += machine.check_names(
        {"broker": settings.mqtt_host, "database": dsn.get("host", "")}
    )
    findings += machine.check_disks(
        {
            "data_dir": config.options.get("data_dir", ""),
            "archive_path": settings.archive_path,
            "broker_folder": settings.broker_folder,
        }
    )
    found, odoo_facts = database.check(dsn, REPO)
    in_store, store_facts = store.check(settings.timescale_dsn, retention(dsn))
    in_store += replica.check(settings, bool(config.options.get("db_replica_host")))
    facts["database"], facts["store"] = odoo_facts, store_facts
    known = {"the database": odoo_facts, "the store": store_facts}
    offsets = {whose: told["clock"] for whose, told in known.items() if told}
    findings += machine.check_clock(offsets)
    if settings.enabled:
        findings += [*tls.check(settings), *broker.check(settings)]
    else:
        findings.append(broker.not_asked())
    return [*findings, *found, *in_store], facts


def retention(dsn: dict) -> dict[str, int]:
    """Days by table; nothing of a database that is away: that is said elsewhere."""
    try:
        odoo = database.Database(dsn)
        rows = odoo.rows("SELECT table_name, days FROM iot_retention")
        odoo.close()
    except psycopg2.Error:
        return {}
    return {row["table_name"]: row["days"] for row in rows}


def to_text(findings: list[Finding]) -> str:
    """What the terminal shows, with a summary as the last line."""
    lines = [line for finding in findings for line in finding.lines()]
    count = {
        state: sum(finding.state == state for finding in findings)
        for state in ("failure", "warning", "ok")
    }
    lines.append(
        f"{count['failure']} failed, {count['warning']} warnings,"
        f" {count['ok']} are well"
    )
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(main())
