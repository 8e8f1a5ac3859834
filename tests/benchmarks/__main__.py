"""`make bench`."""

import sys

from .ingest import main

if __name__ == "__main__":
    sys.exit(main())
