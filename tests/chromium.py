"""Which Chromium the journeys use; run as a module, it installs one where there is none.

NO_BROWSER=1 is the only way to go without, and the test run says that it did.
"""

import os
import shutil
import subprocess
import sys

NAMES = ("chromium", "chromium-browser", "google-chrome")
INSTALL = (("apt-get", "update", "-qq"), ("apt-get", "install", "-y", "-qq", "chromium"))


def is_left_out() -> bool:
    return os.environ.get("NO_BROWSER", "") not in ("", "0")


def system_chromium() -> str | None:
    """The machine's own Chromium, if it has one."""
    return next((path for name in NAMES if (path := shutil.which(name))), None)


def ensure() -> None:
    """Find a Chromium or install one: Debian's package where we may, Playwright's build otherwise."""
    if is_left_out() or system_chromium():
        return
    if os.geteuid() == 0 and shutil.which("apt-get"):
        print("Installing Chromium with apt …", flush=True)
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        for command in INSTALL:
            subprocess.run(command, check=False, env=environment)
        if system_chromium():
            return
    print("Installing Chromium with Playwright …", flush=True)
    subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=True)


if __name__ == "__main__":
    ensure()
    found = "left out: NO_BROWSER is set" if is_left_out() else system_chromium() or "Playwright's own"
    print(f"browser for the journeys: {found}")
