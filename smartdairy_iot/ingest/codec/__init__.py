"""From a payload's JSON to samples. One file per family of devices, all pure."""
