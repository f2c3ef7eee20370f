"""Puts the built expansion service into the package."""

import pathlib
import shutil
import sys

from setuptools import setup
from setuptools.command.build_py import build_py

BUILT = pathlib.Path(__file__).resolve().parent.parent / "expansion" / "target"
JAR = "postgres-result-expansion-service-bundled-*.jar"


class BuildWithJar(build_py):
    """Copies the jar next to the modules of the wheel."""

    def run(self):
        # What an earlier build left there would be in the wheel too.
        shutil.rmtree(pathlib.Path(self.build_lib) / "postgres_result_sink", ignore_errors=True)
        super().run()
        if self.editable_mode:
            return
        jars = sorted(BUILT.glob(JAR), key=lambda jar: jar.stat().st_mtime)
        if not jars:
            sys.exit(
                f"there is no {JAR} in {BUILT}, which the wheel carries. Build it with 'make build', and"
                " install from the sources' folder pipelines/python"
            )
        folder = pathlib.Path(self.build_lib) / "postgres_result_sink"
        shutil.copy(jars[-1], folder / "postgres-result-expansion-service.jar")


setup(cmdclass={"build_py": BuildWithJar})
