"""Compiles the loops of transforms/compiled where there is a C compiler; newslake has them in Python too.

Cython writes the C, setuptools knows how this interpreter's extensions are compiled. The modules lie beside their
sources, as an editable installation imports them from there.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import zlib
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

FOLDER = "transforms/compiled"


class CompiledLoops(BuildHookInterface[Any]):
    """The build hook that pyproject.toml names."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002
        try:
            modules = compiled(Path(self.root))
        except Exception as error:  # whatever a compiler or its absence may raise: the loops are there in Python too
            self.app.display_warning(f"{FOLDER} was not compiled, so pages are read more slowly: {error}")
            return
        build_data["artifacts"] += [f"/{module}" for module in modules]
        build_data["pure_python"] = False
        build_data["infer_tag"] = True


def compiled(root: Path) -> list[str]:
    """Compile the modules of the checkout ``root``; where they lie there. Raises what Cython and compilers raise."""
    from Cython.Build import cythonize
    from setuptools import Distribution
    from setuptools.command.build_ext import build_ext

    with tempfile.TemporaryDirectory() as room:
        extensions = cythonize(
            [_extension(source) for source in sorted((root / FOLDER).glob("*.pyx"))],
            build_dir=room,
            quiet=True,
            language_level=3,
            force=True,
        )
        command = build_ext(Distribution({"name": "newslake", "ext_modules": extensions}))
        command.build_lib, command.build_temp, command.parallel = f"{room}/lib", f"{room}/temp", 2
        command.ensure_finalized()
        command.run()
        built = [Path(output) for output in command.get_outputs()]
        for module in built:
            # In one step: another process may have the module before it mapped. What other interpreters have stays.
            beside = root / FOLDER / f"{module.name}.{os.getpid()}"
            shutil.copyfile(module, beside)
            beside.replace(root / FOLDER / module.name)
    return [f"{FOLDER}/{module.name}" for module in built]


def _extension(source: Path) -> Any:
    from setuptools import Extension

    return Extension(
        f"{FOLDER.replace('/', '.')}.{source.stem}",
        [str(source)],
        define_macros=[("SOURCE_DIGEST", f"{zlib.crc32(source.read_bytes())}U")],
        extra_compile_args=["-O3", "-g0"],  # a loop over rows as several rows a step
    )
