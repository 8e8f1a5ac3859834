from odoo import api, models

_BUNDLE = "smartdairy_iot.assets_kiosk"
_STYLES = {"light": _BUNDLE, "dark": "smartdairy_iot.assets_kiosk_dark"}
# What a screen may ask, and there is no other: {name: method of its farms}
READS = {
    "live": "_to_live_board",
    "cold_chain": "_to_cold_chain_board",
    "milking": "_to_kiosk_milking",
}
# … and of what: {name: method of its farms that takes ids}
READS_OF = {"trends": "_to_kiosk_trends", "cooling_curve": "_to_kiosk_curve"}
_MOST_IDS = 200


class IotKiosk(models.Model):
    """What a screen is told; each time its link is judged anew."""

    _inherit = "iot.kiosk"

    @api.model
    def _answer(self, token, read=None, of=None):
        """:param read: of :data:`READS` or :data:`READS_OF`; None: only how to show it
        :param of: ids, where it is of something

        :return: ``{refused}``, ``{kiosk}`` or ``{data}``
        """
        kiosk = self._find(token)
        refused = "unknown" if not kiosk else kiosk.state
        if refused != "valid":
            return {"refused": refused}
        if read is None:
            return {"kiosk": kiosk._settings()}
        # What comes from outside may be a list, which is no key of anything.
        if isinstance(read, str):
            if read in READS:
                return {"data": getattr(kiosk._farms(), READS[read])()}
            if read in READS_OF and _are_ids(of):
                return {"data": getattr(kiosk._farms(), READS_OF[read])(of)}
        return {"refused": "read"}

    def _settings(self):
        return {
            "name": self.name,
            "views": [
                {"view": line.view, "seconds": line.seconds} for line in self.view_ids
            ],
            "theme": self.theme,
            "text_size": self.text_size,
            "lang": self.lang,
            # sudo - res.lang: how the language of the screen is written.
            "direction": self.env["res.lang"].sudo()._get_data(code=self.lang).direction
            or "ltr",
            "assets": self._asset_version(),
            "styles": self._styles(),
        }

    def _styles(self):
        """The addresses of its style sheets, mirrored where its language is.

        :return: ``{"light" or "dark": [address]}``
        """
        qweb = self.env["ir.qweb"].with_context(lang=self.lang)
        return {
            colours: qweb._get_asset_links(bundle, js=False, debug="")
            for colours, bundle in _STYLES.items()
        }

    @api.model
    def _watch(self, token, address):
        """A screen lives: its farms send readings for the next 90 seconds."""
        kiosk = self._find(token)
        refused = "unknown" if not kiosk else kiosk.state
        if refused != "valid":
            return {"refused": refused}
        kiosk._note_visit(address)
        milk = kiosk._farms().watch_live()
        return {"assets": self._asset_version(), "milk": milk}

    @api.model
    def _asset_version(self):
        """Changes with every file of the page: the links of a bundle hold its hash."""
        qweb = self.env["ir.qweb"].with_context(lang="en_US")
        links = [
            *qweb._get_asset_links(_BUNDLE, debug=""),
            *qweb._get_asset_links(_STYLES["dark"], js=False, debug=""),
        ]
        return "|".join(link for link in links if link)

    @api.model
    def _allowed_channels(self, channels):
        """Those of a websocket that a kiosk's link opened, without what it lost since.

        :param channels: ``(database, model, id)`` or ``(database, string)``
        """
        kiosk_ids = [c[2] for c in channels if len(c) == 3 and c[1] == self._name]
        # sudo - iot.kiosk: the one that the token of this websocket told.
        kiosks = self.sudo().browse(kiosk_ids).exists()
        valid = kiosks.filtered(lambda kiosk: kiosk.state == "valid")
        allowed = {id_ for kiosk in valid for id_ in kiosk._farms().ids}
        farms = self.env["farm.farm"]
        if self.env.uid and farms.has_access("read"):
            # The browser of somebody who has logged in, and opened the link as well.
            allowed.update(farms.search([]).ids)
        return [
            channel
            for channel in channels
            if len(channel) < 3 or channel[1] != "farm.farm" or channel[2] in allowed
        ]


def _are_ids(given):
    return (
        isinstance(given, list)
        and len(given) <= _MOST_IDS
        and all(type(one) is int and 0 < one < 2**31 for one in given)
    )
