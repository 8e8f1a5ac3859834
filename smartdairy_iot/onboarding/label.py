"""Labels: their sizes, and QR codes as pictures that need no network."""

import base64
import io
from dataclasses import dataclass

from PIL import Image
from reportlab.graphics.barcode.qrencoder import QRCode, QRErrorCorrectLevel

_QUIET = 4  # modules of white around it, as the standard has it
# Dots per module: crisp on a 300 dpi printer. wkhtmltopdf makes a JPEG of it, in blocks
# of eight: with any other number it is blurred, and four times as large.
_DOTS = 8


@dataclass(frozen=True, slots=True)
class Sheet:
    """Millimetres. A roll has one label per page.

    :ivar font: of the name, points
    """

    width: float
    height: float
    columns: int
    rows: int
    qr: float
    font: float

    @property
    def per_page(self):
        return self.columns * self.rows

    def pages(self, labels):
        return [
            labels[at : at + self.per_page]
            for at in range(0, len(labels), self.per_page)
        ]


SHEETS = {
    "roll": Sheet(50, 30, 1, 1, 25, 8),
    "roll_small": Sheet(62, 29, 1, 1, 26, 9),
    "a4": Sheet(70, 37, 3, 8, 29, 10),
}


def qr_png(text):
    """:return: data URI; reportlab's own rendering needs a library of the system"""
    code = QRCode(None, QRErrorCorrectLevel.M)
    code.addData(text)
    code.make()
    count = code.getModuleCount()
    size = count + 2 * _QUIET
    picture = Image.new("1", (size, size), 1)
    for row in range(count):
        for column in range(count):
            if code.isDark(row, column):
                picture.putpixel((column + _QUIET, row + _QUIET), 0)
    picture = picture.resize((size * _DOTS, size * _DOTS), Image.Resampling.NEAREST)
    data = io.BytesIO()
    picture.save(data, "PNG")
    return f"data:image/png;base64,{base64.b64encode(data.getvalue()).decode()}"
