"""Text that fits into one SMS. Pure.

Of the GSM 03.38 alphabet 160 characters fit, of any other (UCS-2) 70, and a longer text
is paid for as several. So letters that the alphabet lacks are written without their
accents, and the degree sign, which it lacks too, is left out.
"""

import unicodedata

LONGEST = 160
LONGEST_UCS2 = 134  # two parts: 70 characters of a script without capitals say little
_BASIC = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED = "^{}\\[~]|€"  # each takes the room of two
_INSTEAD = {
    "°": " ",
    "–": "-",
    "—": "-",
    "−": "-",
    "→": "->",
    "“": '"',
    "”": '"',
    "„": '"',
    "‘": "'",
    "’": "'",
    "…": "...",
    "·": "-",
    "≤": "<=",
    "≥": ">=",
    "µ": "u",
    "\N{NO-BREAK SPACE}": " ",
    "\N{NARROW NO-BREAK SPACE}": " ",
    "ł": "l",
    "Ł": "L",
    "đ": "d",
    "Đ": "D",
    "ı": "i",
    "œ": "oe",
    "Œ": "OE",
}
_COSTS = dict.fromkeys(_BASIC, 1) | dict.fromkeys(_EXTENDED, 2)


def to_sms(text):
    """The text as it is sent: one SMS long at most, or two of another script.

    >>> to_sms("Kühltank 2: 9,1 °C, größer als 6 °C")
    'Kühltank 2: 9,1 C, größer als 6 C'
    """
    spelled = " ".join("".join(map(_spell, text)).split())
    if all(letter in _COSTS for letter in spelled):
        return _cut(spelled, LONGEST, _COSTS.__getitem__)
    text = " ".join(text.split())
    return _cut(text, LONGEST_UCS2, lambda letter: 2 if ord(letter) > 0xFFFF else 1)


def _spell(letter):
    """With letters of the alphabet, or as it is when there are none for it."""
    if letter in _COSTS or letter in _INSTEAD:
        return _INSTEAD.get(letter, letter)
    bare = "".join(
        part
        for part in unicodedata.normalize("NFKD", letter)
        if not unicodedata.combining(part)
    )
    return bare if bare and all(part in _COSTS for part in bare) else letter


def _cut(text, room, cost):
    """At the end of a word where that is near, and visibly."""
    if sum(map(cost, text)) <= room:
        return text
    room -= 3 * cost(".")
    kept = 0
    while room >= cost(text[kept]):
        room -= cost(text[kept])
        kept += 1
    words, _space, _rest = text[:kept].rpartition(" ")
    shortened = words if len(words) > kept * 0.8 else text[:kept]
    return shortened.rstrip(" ,;:-(") + "..."
