"""Write one hash-locked requirements file per install set. No address of any index enters a file."""

import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
OUT = ROOT / "requirements"
UV = [str(Path(sys.executable).with_name("uv")), "pip", "compile", "--quiet", "--universal", "--generate-hashes"]
UV += ["--no-emit-index-url", "--python-version", "3.11", "--no-annotate", "--no-header"]
UV_VERSION = "0.13.8"


def main() -> None:
    """Lock the installer, then the development set, then the others against it."""
    with tempfile.NamedTemporaryFile("w", suffix=".in") as wanted:
        wanted.write(f"uv=={UV_VERSION}\n")
        wanted.flush()
        subprocess.run([*UV, wanted.name, "-o", str(OUT / "uv.txt")], check=True, cwd=ROOT)
    subprocess.run([*UV, "pyproject.toml", "--extra", "dev", "-o", str(OUT / "dev.txt")], check=True, cwd=ROOT)
    against = ["-c", str(OUT / "dev.txt")]
    subprocess.run([*UV, "pyproject.toml", *against, "-o", str(OUT / "runtime.txt")], check=True, cwd=ROOT)
    for extra in ("postgres", "spark", "jax"):
        subprocess.run([*UV, "pyproject.toml", "--extra", extra, *against, "-o", str(OUT / f"{extra}.txt")], check=True, cwd=ROOT)


if __name__ == "__main__":
    main()
