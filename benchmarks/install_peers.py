"""Install the other extractors into this environment, or say which are missing: nothing is changed that is there.

    python -m benchmarks.install_peers

Takes the dependency group ``bench`` of pyproject.toml, and makes an environment of its own for each of those that bring
another trafilatura (:mod:`benchmarks.field`). What is installed already is held at its version, since newslake is
measured with what its lock pins. Without a registry within reach the measurement goes on without these columns.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from importlib.metadata import distributions
from pathlib import Path

from benchmarks import field
from benchmarks.peers import missing_peers


def command(constraints: Path) -> list[str]:
    """What installs the group, with uv where it is on the PATH, else pip."""
    wanted = field.wanted("bench")
    if uv := shutil.which("uv"):
        return [uv, "pip", "install", "--quiet", "--python", sys.executable, "-c", str(constraints), *wanted]
    return [sys.executable, "-m", "pip", "install", "-qq", "--no-input", "-c", str(constraints), *wanted]


def main() -> None:
    field.install()
    if left_out := field.missing():
        print(f"{', '.join(left_out)} could not be installed in an environment of its own, and is left out.")
    if not missing_peers():
        return
    with tempfile.TemporaryDirectory(prefix="newslake-bench-") as room:
        constraints = Path(room) / "installed.txt"
        here = {one.name: one.version for one in distributions() if one.name != "newslake"}
        constraints.write_text("".join(f"{name}=={version}\n" for name, version in sorted(here.items())))
        subprocess.run(command(constraints), check=False)
    if missing := missing_peers():
        print(f"{', '.join(missing)} could not be installed; what was said stands above. They are left out.")


if __name__ == "__main__":
    main()
