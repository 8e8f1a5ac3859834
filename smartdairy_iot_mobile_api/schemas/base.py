"""What all requests and answers are made of."""

import re
from datetime import datetime, timezone
from typing import Annotated, Literal

from pydantic import (
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    TypeAdapter,
    ValidationError,
    WithJsonSchema,
)
from pydantic.alias_generators import to_camel

MAX_LIMIT = 1000
MAX_OFFSET = 1_000_000
_BOOLEANS = {"true": True, "1": True, "false": False, "0": False}
_DATE = re.compile(r"^20[0-9]{2}-[0-9]{2}-[0-9]{2}")
_DATETIME = TypeAdapter(datetime)
_NO_NUL = r"^[^\x00]*$"
_SAYS_SOMETHING = r"^[^\x00]*[^\s\x00][^\x00]*$"


class Answer(BaseModel):
    """All keys are always there; what is not known is null."""

    model_config = ConfigDict(extra="forbid", json_schema_extra=None)


class DartModel(Answer):
    """With the key names of the app's Dart models."""

    model_config = ConfigDict(extra="forbid", alias_generator=to_camel)


class Query(BaseModel):
    """What is not known is ignored: a newer app may ask an older server."""

    model_config = ConfigDict(extra="ignore", str_strip_whitespace=False)


class Body(BaseModel):
    """What is not known is refused: whoever sends it means something by it."""

    model_config = ConfigDict(
        extra="forbid", strict=True, alias_generator=to_camel, populate_by_name=False
    )


def _digits(value):
    if isinstance(value, str) and not (value.isascii() and value.isdigit()):
        raise ValueError("must be a whole number")
    if isinstance(value, str) and len(value) > 10:
        raise ValueError("is too large")
    return value


def _boolean(value):
    if isinstance(value, str) and value.lower() in _BOOLEANS:
        return _BOOLEANS[value.lower()]
    if isinstance(value, bool):
        return value
    raise ValueError("must be true or false")


def _time(value):
    """ISO 8601; without a zone it is UTC (Dart's ``toIso8601String`` of a local time
    has none).
    """
    if not isinstance(value, str) or not _DATE.match(value):
        raise ValueError("must be an ISO 8601 time from 2000 to 2099")
    # In a query, an unescaped plus is a space.
    value = value[:10] + value[10:].replace(" ", "+")
    try:
        time = _DATETIME.validate_strings(value)
    except ValidationError:
        raise ValueError("must be an ISO 8601 time") from None
    if not time.tzinfo:
        time = time.replace(tzinfo=timezone.utc)
    return time.astimezone(timezone.utc)


def whole(lowest, highest):
    """A whole number; in a query it is digits and nothing else."""
    return Annotated[int, Field(ge=lowest, le=highest), BeforeValidator(_digits)]


def text(longest, is_needed=False):
    """Of people. A NUL character no database keeps."""
    pattern = _SAYS_SOMETHING if is_needed else _NO_NUL
    return Annotated[str, Field(max_length=longest, pattern=pattern)]


Switch = Annotated[bool, BeforeValidator(_boolean), WithJsonSchema({"type": "boolean"})]
Time = Annotated[
    datetime,
    BeforeValidator(_time),
    WithJsonSchema({"type": "string", "format": "date-time", "pattern": "^20"}),
]
Reference = Annotated[str, Field(pattern=r"^[A-Za-z0-9_.:-]{1,50}$")]
RecordId = Annotated[str, Field(pattern=r"^[0-9]{1,10}$")]
Text = Annotated[str, Field(pattern=_NO_NUL)]
Utc = AwareDatetime

Severity = Literal["low", "medium", "high", "critical"]
DeviceState = Literal[
    "draft", "registered", "active", "inactive", "maintenance", "retired"
]
AlertState = Literal["new", "acknowledged", "resolved", "dismissed"]
DeviceType = Literal[
    "temperature",
    "milkMeter",
    "phSensor",
    "flowSensor",
    "humidity",
    "pressure",
    "gateway",
]
# The app's names of device types, where Odoo's differ.
APP_TYPES = {
    "milk_meter": "milkMeter",
    "ph_sensor": "phSensor",
    "flow_sensor": "flowSensor",
}
ODOO_TYPES = {app: odoo for odoo, app in APP_TYPES.items()}

Limit = Annotated[whole(1, MAX_LIMIT), Field(description="How many at most.")]
Offset = Annotated[
    whole(0, MAX_OFFSET), Field(description="How many to leave out first.")
]


class Error(Answer):
    """What every answer is that is no success."""

    code: str = Field(description="For programs; it never changes.")
    message: str = Field(description="For people.")
    field: str | None = Field(description="Which parameter was wrong.")


def to_iso(value):
    """Odoo's naive UTC datetime (False when there is none), or an aware one."""
    if not value:
        return None
    if value.tzinfo is None:
        value = value.replace(tzinfo=timezone.utc)
    return value.astimezone(timezone.utc).isoformat()
