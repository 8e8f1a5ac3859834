"""Figures as Prometheus reads them. Pure.

Format: Prometheus text exposition 0.0.4, written by ``prometheus_client``. Names as in
https://prometheus.io/docs/practices/naming/: base units, ``_total`` for counters.
"""

from dataclasses import dataclass, field

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily

PREFIX = "smartdairy_"
CONTENT_TYPE = CONTENT_TYPE_LATEST

_FAMILIES = {"counter": CounterMetricFamily, "gauge": GaugeMetricFamily}


@dataclass(frozen=True, slots=True)
class Figure:
    """One metric: its samples are ``{label values: number}``.

    :param name: without prefix; a counter's without ``_total``
    :param kind: ``counter`` or ``gauge``
    :param labels: names of the labels; samples' keys are tuples of that length
    """

    name: str
    kind: str
    help: str
    labels: tuple[str, ...] = ()
    samples: dict[tuple[str, ...], float] = field(default_factory=dict)


def single(name, kind, text, value):
    """A figure without labels; nothing when the value is not known (None)."""
    return Figure(name, kind, text, (), {} if value is None else {(): value})


def render(figures):
    """The answer to a scrape.

    :return: bytes
    """
    return generate_latest(_Collected(figures))


class _Collected:
    """What ``generate_latest`` asks of a registry."""

    def __init__(self, figures):
        self._figures = figures

    def collect(self):
        for figure in self._figures:
            family = _FAMILIES[figure.kind](
                PREFIX + figure.name, figure.help, labels=figure.labels
            )
            for labels, value in sorted(figure.samples.items()):
                family.add_metric(labels, value)
            yield family
