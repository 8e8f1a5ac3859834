"""Odoo 19 itself: Debian's package unpacked into ``.run/odoo``, or ``ODOO_HOME``."""

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from stack.console import StackError, Steps
from stack.packages import APT_LOG, Archive, unpack
from stack.settings import RUN, given
from stack.stamps import Stamp

ODOO = RUN / "odoo"
PACKAGE = "odoo-19"  # only in sid
# Odoo's web client links to these by relative links; sid's fonts are too new for it.
WEB_PACKAGES = [
    "fonts-font-awesome",
    "fonts-inconsolata",
    "fonts-montserrat",
    "fonts-ocr-b",
    "fonts-roboto-unhinted",
    "libjs-jquery",
    "libjs-jquery-form",
    "libjs-underscore",
]
WEB_SUITE = "trixie"
# Debian's repack leaves this file out but still lists it in an asset bundle, which
# breaks every backend tour: our unpacked copy gets an empty one.
LEFT_OUT = "mail/static/lib/selfie_segmentation/selfie_segmentation.js"


@dataclass(frozen=True)
class OdooSource:
    """Where an Odoo 19 is: its start script, Python path and add-ons folders."""

    script: Path
    python_path: Path
    addons: tuple[Path, ...]


def locate() -> OdooSource:
    """Return the Odoo 19 to run: ODOO_HOME when given, else the unpacked package."""
    home = Path(given("ODOO_HOME") or ODOO).expanduser().resolve()
    packaged = home / "usr/lib/python3/dist-packages"
    candidates = (
        OdooSource(home / "usr/bin/odoo", packaged, (packaged / "odoo/addons",)),
        OdooSource(home / "odoo-bin", home, (home / "addons", home / "odoo/addons")),
        OdooSource(home / "setup/odoo", home, (home / "addons", home / "odoo/addons")),
    )
    for source in candidates:
        if source.script.is_file() and (source.python_path / "odoo").is_dir():
            return source
    raise StackError(
        f"no Odoo 19 in {home}",
        remedy="ODOO_HOME is a git checkout of Odoo 19 or its unpacked Debian package",
    )


def prepare(steps: Steps) -> OdooSource:
    """Download and unpack Odoo unless that is done or one was given."""
    if given("ODOO_HOME"):
        steps.note(f"using {given('ODOO_HOME')}")
        return locate()
    stamp = Stamp("odoo", PACKAGE, WEB_PACKAGES, WEB_SUITE, LEFT_OUT)
    if not stamp.is_current():
        stamp.drop()
        shutil.rmtree(ODOO, ignore_errors=True)
        _download_and_unpack(steps)
        stamp.set()
    return locate()


def _download_and_unpack(steps: Steps) -> None:
    steps.note("package lists")
    packages, web = Archive("sid"), Archive(WEB_SUITE)
    packages.update()
    web.update()
    steps.note("downloading 130 MB")
    [odoo] = packages.download([PACKAGE])
    unpack(web.download(WEB_PACKAGES), ODOO)
    steps.note("unpacking")
    _unpack_odoo(odoo)
    source = locate()
    left_out = source.addons[0] / LEFT_OUT
    if not left_out.exists():
        left_out.parent.mkdir(parents=True, exist_ok=True)
        left_out.write_text("// not part of Debian's package\n")
    for archive in (packages, web):
        shutil.rmtree(archive.folder)


def _unpack_odoo(archive: Path) -> None:
    """Unpack without the second, identical copy of all add-ons in the package."""
    with (
        APT_LOG.open("a") as log,
        subprocess.Popen(
            ["dpkg-deb", "--fsys-tarfile", archive], stdout=subprocess.PIPE, stderr=log
        ) as reader,
    ):
        extract = ["tar", "-x", "--no-same-owner", "-C", ODOO]
        skip = "--exclude=./usr/lib/python3/dist-packages/addons"
        code = subprocess.run(
            [*extract, skip], stdin=reader.stdout, stdout=log, stderr=log
        ).returncode
    if code or reader.returncode:
        raise StackError(
            "unpacking Odoo failed", log=APT_LOG, remedy="is the disk full?"
        )
