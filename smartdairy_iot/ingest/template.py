"""Topics outside our grammar, as a device profile names them. Pure."""

from .expression import MappingError

# What is said under smartdairy/, by devices and by us: see ``topic``.
_OWN = (
    "smartdairy/sensors/+/+/data",
    "smartdairy/sensors/+/+/config",
    "smartdairy/sensors/+/+/config/ack",
    "smartdairy/gateway/+/data",
    "smartdairy/gateway/+/commands",
    "smartdairy/status/+",
    "smartdairy/alerts/+/+",
    "smartdairy/user/+/+",
)


class TopicTemplate:
    """``zigbee2mqtt/{device}``: topics outside our grammar, and the key in them."""

    _KEY = "{device}"
    _WILD = ("+", _KEY)

    def __init__(self, text):
        self.text = text
        self._levels = text.split("/")
        self._check()
        self.filter = text.replace(self._KEY, "+")
        self._key_at = (
            self._levels.index(self._KEY) if self._KEY in self._levels else None
        )
        self._is_open = self._levels[-1] == "#"
        if self._is_open:
            self._levels.pop()
        if any(map(self.overlaps, _OWN)):
            raise MappingError(f"{text} also takes the topics under smartdairy/")

    def match(self, topic):
        """The device's key; "" when the topic has none; None for another topic."""
        levels = topic.split("/")
        if levels[0][:1] == "$" or not self._fits(levels):
            return None
        return "" if self._key_at is None else levels[self._key_at]

    def overlaps(self, other):
        """Whether some topic is taken by both, and so would reach us twice.

        :param other: the filter of another subscription
        """
        ours, theirs = self.filter.split("/"), other.split("/")
        for one, two in zip(ours, theirs, strict=False):
            if "#" in (one, two):
                return True
            if one != two and "+" not in (one, two):
                return False
        shorter, longer = sorted((ours, theirs), key=len)
        return longer[len(shorter) :] in ([], ["#"])  # a/# takes a, too

    def _fits(self, levels):
        wanted = self._levels
        if len(levels) < len(wanted) or len(levels) > len(wanted) and not self._is_open:
            return False
        return all(
            want == level or want in self._WILD
            for want, level in zip(wanted, levels, strict=False)
        )

    def _check(self):
        text, levels = self.text, self._levels
        if not text or text != text.strip() or not text.isprintable():
            raise MappingError("a topic is a text without spaces around it")
        if levels[0] == "smartdairy" or text[0] == "$":
            raise MappingError(f"{text}: a topic begins with neither smartdairy/ nor $")
        if text.count(self._KEY) > 1:
            raise MappingError(f"{text}: {self._KEY} stands there twice")
        if "#" in levels[:-1]:
            raise MappingError(f"{text}: # stands at the end only")
        for level in levels:
            if level not in (*self._WILD, "#") and not set(level).isdisjoint("+#{}"):
                raise MappingError(
                    f"{text}: {level} mixes text and +, # or {self._KEY}, which stand "
                    "alone between two /"
                )
