"""Puts the built expansion service into the package, when it has been built."""

import pathlib
import shutil

from setuptools import setup
from setuptools.command.build_py import build_py

BUILT = pathlib.Path(__file__).resolve().parent.parent / "expansion" / "target"


class BuildWithJar(build_py):
    """Copies the jar next to the modules of the wheel."""

    def run(self):
        # What an earlier build left there would be in the wheel too.
        shutil.rmtree(pathlib.Path(self.build_lib) / "postgres_result_sink", ignore_errors=True)
        super().run()
        jars = sorted(BUILT.glob("postgres-result-expansion-service-bundled-*.jar"))
        if jars and not self.editable_mode:
            folder = pathlib.Path(self.build_lib) / "postgres_result_sink"
            shutil.copy(jars[-1], folder / "postgres-result-expansion-service.jar")


setup(cmdclass={"build_py": BuildWithJar})
