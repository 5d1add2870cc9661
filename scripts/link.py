"""Put the product itself into the environment: its folder on the path, its command in `bin`.

Writes what an editable install would, without a build step, so that a first `make demo` needs no
build backend. Run by the Makefile with the environment's own interpreter.
"""

import sys
import sysconfig
from pathlib import Path

SOURCE = Path(__file__).resolve().parent.parent / "src"


def main() -> None:
    """Write the path file and the `fanlight` command."""
    Path(sysconfig.get_path("purelib"), "fanlight.pth").write_text(f"{SOURCE}\n", encoding="utf-8")
    command = Path(sysconfig.get_path("scripts"), "fanlight")
    lines = [f"#!{sys.executable}", "import sys", "from fanlight.cli import main", "sys.exit(main())", ""]
    command.write_text("\n".join(lines), encoding="utf-8")
    command.chmod(0o755)


if __name__ == "__main__":
    main()
