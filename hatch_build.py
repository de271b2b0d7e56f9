"""Compiles the loops of compiled.pyx where there is a C compiler; without one newslake is installed as it is.

Cython writes the C, setuptools knows how this interpreter's extensions are compiled. The module lies beside its source,
as an editable installation imports it from there.
"""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

SOURCE = "transforms/select/compiled.pyx"
MODULE = SOURCE.removesuffix(".pyx").replace("/", ".")


class CompiledLoops(BuildHookInterface[Any]):
    """The build hook that pyproject.toml names."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002
        try:
            module = compiled(Path(self.root))
        except Exception as error:  # whatever a compiler or its absence may raise: the loops are there in Python too
            self.app.display_warning(f"{SOURCE} was not compiled, so pages are read more slowly: {error}")
            return
        build_data["artifacts"].append(f"/{module}")
        build_data["pure_python"] = False
        build_data["infer_tag"] = True


def compiled(root: Path) -> str:
    """Compile the module in the checkout ``root``; where it lies there. Raises what Cython and compilers raise."""
    from Cython.Build import cythonize
    from setuptools import Distribution, Extension
    from setuptools.command.build_ext import build_ext

    for old in (root / SOURCE).parent.glob("compiled.*.so"):
        old.unlink()
    with tempfile.TemporaryDirectory() as room:
        digest = hashlib.blake2b((root / SOURCE).read_bytes(), digest_size=16).hexdigest()
        extension = Extension(
            MODULE,
            [str(root / SOURCE)],
            define_macros=[("SOURCE_DIGEST", f'"{digest}"')],
            extra_compile_args=["-O3", "-g0"],  # several rows of a tree a step
        )
        extensions = cythonize([extension], build_dir=room, quiet=True, language_level=3, force=True)
        command = build_ext(Distribution({"name": MODULE, "ext_modules": extensions}))
        command.build_lib, command.build_temp = f"{room}/lib", f"{room}/temp"
        command.ensure_finalized()
        command.run()
        built = Path(command.get_outputs()[0])
        module = f"{Path(SOURCE).parent}/{built.name}"
        shutil.copyfile(built, root / module)
    return module
