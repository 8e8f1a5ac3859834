"""Numbers as the language of who reads them writes them."""

from babel.numbers import format_decimal

from odoo.tools import babel_locale_parse
from odoo.tools.misc import get_lang


def number(env, value, most=4):
    """``653,667`` or ``9.1``: in groups, and no more places than it needs.

    :param most: places after the point
    """
    locale = babel_locale_parse(get_lang(env).code)
    return format_decimal(value, format="#,##0." + "#" * most, locale=locale)
