"""The Java process that applies the sink to a pipeline, and on local runners runs its steps."""

from __future__ import annotations

import os
import pathlib
import re
import shutil
import subprocess

import apache_beam
import grpc
from apache_beam.transforms.external import JavaJarExpansionService

from postgres_result_sink.failure import PostgresResultError

JAR = "postgres-result-expansion-service.jar"
JAR_VARIABLE = "POSTGRES_RESULT_SINK_JAR"
OLDEST_JAVA = 17
OLDEST_BEAM = (2, 70)
NEWEST_BEAM = (2, 77)


def of_jar(jar: str | None) -> JavaJarExpansionService:
    """Returns the service of a jar: the one given, the environment's, or the package's own."""
    path = _jar(jar)
    _require_java()
    return JavaJarExpansionService(str(path))


def require_tested_beam(version: str = apache_beam.__version__) -> None:
    """Refuses a version of Beam that the jar was not tested with."""
    major_and_minor = tuple(int(part) for part in re.findall(r"\d+", version)[:2])
    if not OLDEST_BEAM <= major_and_minor <= NEWEST_BEAM:
        oldest, newest = (".".join(map(str, beam)) for beam in (OLDEST_BEAM, NEWEST_BEAM))
        raise PostgresResultError(
            f"apache-beam {version} is installed, and the sink is tested with {oldest} to {newest}."
            f" Install one of them: pip install 'apache-beam>={oldest},<2.{NEWEST_BEAM[1] + 1}'"
        )


def without_sink(
    expansion: JavaJarExpansionService | str, error: Exception
) -> PostgresResultError:
    """Returns the error of a service that does not answer, or that does not offer the sink."""
    reason = error.details() if isinstance(error, grpc.RpcError) else str(error)
    if isinstance(expansion, str):
        return PostgresResultError(
            f"expansion_service is {expansion}, and the sink is not offered there: {reason}. Start the"
            f" service with: java -jar {JAR} PORT; or leave expansion_service out, and the package"
            " starts its own"
        )
    return PostgresResultError(
        f"{expansion.path_to_jar} does not start as the sink's expansion service: {reason}. What it"
        " said is in the log. Build the jar of this version with 'make build', and install the package"
        f" again, or name another jar: jar='...' or {JAR_VARIABLE}"
    )


def _jar(jar: str | None) -> pathlib.Path:
    given = jar or os.environ.get(JAR_VARIABLE)
    path = pathlib.Path(given) if given else pathlib.Path(__file__).with_name(JAR)
    if path.is_file():
        return path
    what = "jar" if jar else JAR_VARIABLE if given else "the jar of this package"
    raise PostgresResultError(
        f"{what} is {path}, which does not exist. Build it with 'make build' in the sources of"
        " Postgres Result Sink, and install the package again, or name the jar: jar='...' or"
        f" {JAR_VARIABLE}"
    )


def _require_java() -> None:
    home = os.environ.get("JAVA_HOME")
    java = shutil.which(os.path.join(home, "bin", "java") if home else "java")
    if java is None:
        where = f"in JAVA_HOME, {home}" if home else "on the PATH"
        raise PostgresResultError(
            f"there is no java {where}. Install Java {OLDEST_JAVA} or newer, or set JAVA_HOME"
        )
    said = subprocess.run([java, "-version"], capture_output=True, text=True, check=False).stderr
    release = re.search(r'version "(\d+)', said)
    if release is None or int(release.group(1)) < OLDEST_JAVA:
        found = f"Java {release.group(1)}" if release else "a Java of an unknown version"
        raise PostgresResultError(
            f"{java} is {found}, and the sink needs {OLDEST_JAVA} or newer. Set JAVA_HOME to one"
        )
