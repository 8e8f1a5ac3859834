"""What is known of a device itself at this moment. Pure."""

from datetime import datetime
from typing import NamedTuple


class Condition(NamedTuple):
    """One kind of condition of one device, see ``kind``.

    :ivar measure: what the rule's limits are compared with, in the unit of the kind
    :ivar since: since when it is so, None: not known
    :ivar detail: the reading type that it is about, if it is about one
    :ivar children: ids of the devices that share its fate, of a silent gateway
    :ivar holds: where the kind itself decides; None: the rule's limits do
    """

    measure: float
    since: datetime | None = None
    detail: str = ""
    children: tuple = ()
    holds: bool | None = None

    def value(self, rule):
        """What the rule's limits are compared with."""
        return self.measure if self.holds is None else float(self.holds)
