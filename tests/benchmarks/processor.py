"""Which server takes how much of the processor: on two cores everybody shares them."""

import os
from pathlib import Path

from .environment import TOP

SERVERS = {"mosquitto": "broker", "odoo": "Odoo", "postgres": "PostgreSQL"}
PARENT = 1  # places in /proc/<pid>/stat, behind the name
TIMES = slice(11, 15)  # own and of children that have ended, user and system
TICKS = os.sysconf("SC_CLK_TCK")


class Processor:
    """The processor time of the stack's servers since this was made."""

    def __init__(self, environment):
        self._folder = TOP / ".run" / environment.smartdairy_stack / "pids"
        self._before = self._seconds()

    def used(self):
        """``{name: seconds}``; a server that was started anew counts from its start."""
        before = self._before
        return {
            name: seconds - (before[name][1] if before[name][0] == leader else 0)
            for name, (leader, seconds) in self._seconds().items()
        }

    def _seconds(self):
        """``{name: (process id, seconds)}``"""
        leaders = {name: self._leader(file) for file, name in SERVERS.items()}
        ticks = dict.fromkeys(leaders.values(), 0)
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit() and (fields := _stat(entry)):
                # PostgreSQL gives each of its children a session of its own
                leader = {int(entry.name), int(fields[PARENT])} & ticks.keys()
                if leader:
                    ticks[leader.pop()] += sum(map(int, fields[TIMES]))
        return {name: (pid, ticks[pid] / TICKS) for name, pid in leaders.items()}

    def _leader(self, server):
        try:
            return int((self._folder / server).read_text().split()[0])
        except OSError:  # not of this stack
            return -1


def _stat(process):
    try:
        return (process / "stat").read_text().rpartition(")")[2].split()
    except OSError:  # gone meanwhile
        return None
