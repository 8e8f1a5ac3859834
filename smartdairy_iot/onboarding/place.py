"""Names of farms, tanks, profiles and gateways → the records they mean."""

from collections import defaultdict

from .draft import Draft
from .known import KnownDevice
from .names import fold

_ON_A_FARM = ("tank", "stall")


class Places:
    """Resolves the drafts of one file; they may name each other, in any order."""

    def __init__(self, drafting, drafts):
        """:param drafting: whose ``report`` and ``suggestions`` are used"""
        self.known = drafting.known
        self.report = drafting.report
        self.suggestions = drafting.suggestions
        self.by_key, self.by_name = {}, defaultdict(list)
        self._there = {}
        self.draft_of = {draft.device.id: draft for draft in drafts if draft.device}
        for draft in drafts:
            for column in ("device_id", "serial_number"):
                if draft.final(column):
                    self.by_key.setdefault(draft.final(column), draft)
            if draft.final("name"):
                self.by_name[fold(draft.final("name"))].append(draft)

    # Farms, profiles, tags ----------------------------------------------------------

    def link_records(self, draft, default_farm=None):
        for column in ("farm", "profile"):
            if column in draft.values:
                records = self.known.names.get(column, {})
                draft.links[column] = self._named(draft, column, records)
        if "tags" in draft.values:
            self._link_tags(draft)
        if default_farm and not draft.final("farm") and "gateway" not in draft.values:
            draft.links["farm"] = default_farm
        self._link_type(draft)

    def _named(self, draft, column, records, text=None, **more):
        """:return: the id, None after telling what is wrong"""
        text = text or draft.values[column]
        found = records.get(fold(text), ())
        if len(found) == 1:
            return found[0].id
        if found:
            codes = ", ".join(sorted(record.code for record in found if record.code))
            self.report(draft, column, "ambiguous", text=text, codes=codes, **more)
            return None
        names = [record.name for named in records.values() for record in named]
        near = self.suggestions.nearest(text, dict.fromkeys(names))
        kind = f"unknown_{column}"
        self.report(draft, column, kind, text=text, nearest=near, **more)
        return None

    def _link_tags(self, draft):
        records = self.known.names.get("tags", {})
        words = [word.strip() for word in draft.values["tags"].split(",")]
        found = [self._named(draft, "tags", records, word) for word in words if word]
        draft.links["tags"] = tuple(sorted({tag for tag in found if tag}))

    def _link_type(self, draft):
        """A new device has the type of its profile; no profile fits another type."""
        profile = self.profile_of(draft)
        device_type = draft.final("device_type")
        if {"device_type", "profile"} & draft.failed:
            return
        if not device_type and profile:
            draft.links["device_type"] = profile.device_type
        elif not device_type:
            self.report(draft, "device_type", "no_type")
        elif profile and profile.device_type != device_type:
            labels = self.known.choices.get("device_type", {})
            values = {
                "profile": profile.name,
                "of_profile": labels.get(profile.device_type, profile.device_type),
                "of_device": labels.get(device_type, device_type),
            }
            column = "profile" if "profile" in draft.values else "device_type"
            self.report(draft, column, "profile_type", **values)

    def profile_of(self, device):
        key = (
            device.final("profile") if isinstance(device, Draft) else device["profile"]
        )
        return self.known.by_record.get("profile", {}).get(key)

    # Gateways -----------------------------------------------------------------------

    def link_gateway(self, draft):
        text = draft.values.get("gateway")
        if not text:
            return
        gateway = self._find_device(draft, text)
        draft.links["gateway"] = gateway
        if gateway is draft:
            self.report(draft, "gateway", "own_gateway")
        elif isinstance(gateway, KnownDevice) and gateway.state == "retired":
            self.report(draft, "gateway", "gateway_retired", text=text)
        elif gateway and not self._may_publish(gateway):
            self.report(draft, "gateway", "no_gateway", text=text)

    def _find_device(self, draft, text):
        """:return: a Draft, or a KnownDevice that the file does not name"""
        known = self.known.by_key
        found = self.by_key.get(text) or (
            known["device_id"].get(text) or known["serial_number"].get(text)
        )
        if found:
            return found
        named = self.by_name.get(fold(text), []) + [
            device
            for device in self.known.by_name.get(fold(text), ())
            if device.id not in self.draft_of
        ]
        # Each farm has a "Parlour gateway".
        farm = draft.final("farm")
        near = [device for device in named if farm and self.farm_of(device) == farm]
        near = (
            near or [device for device in named if isinstance(device, Draft)] or named
        )
        if len(near) == 1:
            return near[0]
        if near:
            self.report(draft, "gateway", "ambiguous_gateway", text=text)
            return None
        gateways = [d["device_id"] for d in self.known.devices if self._may_publish(d)]
        gateways += [key for key, d in self.by_key.items() if self._may_publish(d)]
        near = self.suggestions.nearest(text, dict.fromkeys(gateways))
        self.report(draft, "gateway", "unknown_gateway", text=text, nearest=near)
        return None

    def _may_publish(self, device):
        if isinstance(device, KnownDevice):
            return device["device_type"] == "gateway" or device.has_channels
        profile = self.profile_of(device)
        is_gateway = device.final("device_type") == "gateway"
        return is_gateway or bool(profile and profile.has_channels)

    def gateway_of(self, draft):
        """The Draft or KnownDevice, None without one."""
        gateway = draft.final("gateway")
        if isinstance(gateway, int):
            gateway = self.draft_of.get(gateway) or self.known.by_id.get(gateway)
        return gateway

    def farm_of(self, device):
        return device.final("farm") if isinstance(device, Draft) else device["farm"]

    def link_farm_of_gateway(self, draft, default_farm=None):
        """A child that names no farm stands on its gateway's."""
        chain, device = [draft], self.gateway_of(draft)
        while isinstance(device, Draft) and device not in chain:
            chain.append(device)
            device = self.gateway_of(device)
        if isinstance(device, Draft):
            if "gateway" not in draft.failed:
                self.report(draft, "gateway", "gateway_circle")
            return
        if not draft.final("farm"):
            above = [*chain[1:], device] if device else chain[1:]
            farms = (self.farm_of(gateway) for gateway in above)
            farm = next(filter(None, farms), default_farm)
            if farm:
                draft.links["farm"] = farm

    # What depends on the farm ---------------------------------------------------------

    def link_on_farm(self, draft):
        farm = draft.final("farm")
        moves = draft.device and draft.device["farm"] not in (None, farm)
        for column in _ON_A_FARM:
            if column in draft.values:
                draft.links[column] = self._on_farm(draft, column, farm)
            elif moves and draft.device[column]:
                draft.links[column] = None  # it stays where it was
        gateway = self.gateway_of(draft)
        if gateway and farm and self.farm_of(gateway) not in (None, farm):
            kind = "gateway_farm" if "gateway" in draft.values else "gateway_stays"
            of_gateway = gateway.title if isinstance(gateway, Draft) else gateway
            if isinstance(gateway, KnownDevice):
                of_gateway = gateway["device_id"]
            self.report(draft, "gateway", kind, text=of_gateway)

    def _on_farm(self, draft, column, farm):
        record = self.known.by_record.get("farm", {}).get(farm)
        if not record:
            # An unknown farm was told already.
            if "farm" not in draft.values:
                self.report(draft, column, "no_farm", text=draft.values[column])
            return None
        here = self._on(column, farm)
        return self._named(draft, column, here, farm=record.name)

    def _on(self, column, farm):
        """Looked through once for each farm, not for each row."""
        if (column, farm) not in self._there:
            names = self.known.names.get(column, {})
            self._there[column, farm] = {
                word: [one for one in named if one.farm == farm]
                for word, named in names.items()
                if any(one.farm == farm for one in named)
            }
        return self._there[column, farm]
