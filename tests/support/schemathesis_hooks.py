"""What schemathesis is told that no schema can say; loaded by its own process.

A request may be valid by the schema and be refused all the same, for what it names is
not there or does not fit its other half: only for the fields that stand here.
"""

import json
import os

import schemathesis
from schemathesis.openapi.checks import RejectedPositiveData

# operation → fields
_UNTOLD = {
    # A farm that there is; an ID and a number that no other device has.
    "create_device": {"farmId", "deviceId", "serialNumber"},
    "edit_device": {"farmId"},
    "set_config": {"settings"},  # those of the device's profile
    "edit_preferences": {"language", "timezone"},  # of those that are installed
    "list_readings": {"start_date", "cursor"},  # before the end; one that was given
    "get_quality_report": {"start_date"},
}
_KNOWN = json.loads(os.environ["SCHEMATHESIS_KNOWN"])  # parameter → one that there is


@schemathesis.hook
def filter_failure(context, failure, case, response):
    """Drop what is none."""
    if not isinstance(failure, RejectedPositiveData):
        return True
    field = response.json()["field"]
    return field not in _UNTOLD.get(case.operation.definition.raw["operationId"], ())


@schemathesis.hook
def map_path_parameters(context, path_parameters):
    """Every other request is about something that there is."""
    if not path_parameters:
        return path_parameters
    return {
        name: _KNOWN[name] if name in _KNOWN and len(str(value)) % 2 else value
        for name, value in path_parameters.items()
    }
