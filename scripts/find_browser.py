"""Find a Chromium for the browser tests; install Debian's when that is allowed; else say in one loud line what is left out.

FANLIGHT_BROWSER=required makes its absence an error (continuous integration).
"""

import os
import shutil
import subprocess
import sys

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def find() -> str | None:
    """Path of a Chromium on this machine."""
    return next((path for name in NAMES if (path := shutil.which(name))), None)


def main() -> int:
    """Find or install; 0 unless a browser is required and cannot be had."""
    if find() is None and shutil.which("apt-get") and os.geteuid() == 0:
        print("==> Installing Debian's Chromium for the browser tests", flush=True)
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        subprocess.run(["apt-get", "update"], check=False, env=environment, **quiet)
        subprocess.run(
            ["apt-get", "install", "-y", "--no-install-recommends", "chromium", "fonts-noto-core"], check=False, env=environment, **quiet
        )
    if find() is not None:
        return 0
    print("*** LEFT OUT: no Chromium was found, so no page was tried in a browser. Install one (apt-get install chromium). ***", flush=True)
    return 1 if os.environ.get("FANLIGHT_BROWSER") == "required" else 0


if __name__ == "__main__":
    sys.exit(main())
