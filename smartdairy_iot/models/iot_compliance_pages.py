"""What stands below each page; wkhtmltopdf of distributions can print no footer."""

import io

from reportlab.pdfgen.canvas import Canvas

from odoo.tools.pdf import PdfFileReader, PdfFileWriter

_MARGIN = 40  # points
_SIZE = 6.5


def number_pages(stream, line):
    """:param line: at the left; the number of the page stands at the right"""
    reader, writer = PdfFileReader(stream), PdfFileWriter()
    pages = reader.pages
    for number, page in enumerate(pages, 1):
        width, height = (float(side) for side in page.mediabox[2:])
        writer.add_page(page)
        below = _footer(width, height, line, f"{number} / {len(pages)}")
        page = writer.pages[number - 1]
        page.merge_page(below)
        page.compress_content_streams()
    numbered = io.BytesIO()
    writer.write(numbered)
    return numbered


def _footer(width, height, line, number):
    drawn = io.BytesIO()
    canvas = Canvas(drawn, pagesize=(width, height))
    canvas.setFont("Helvetica", _SIZE)
    canvas.setFillGray(0.4)
    canvas.drawString(_MARGIN, _MARGIN / 2, line)
    canvas.drawRightString(width - _MARGIN, _MARGIN / 2, number)
    canvas.save()
    drawn.seek(0)
    return PdfFileReader(drawn).pages[0]
