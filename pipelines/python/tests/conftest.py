"""An expansion service and a database for the tests; make xlang says where they are."""

import contextlib
import os
import pathlib
import shutil
import socket
import subprocess
import time
import urllib.parse
import uuid

import pg8000.dbapi
import pytest
from postgres_result_sink import PostgresResultError
from postgres_result_sink import service as package


class Database:
    """The embedded server of pgresult, with a table for each test."""

    def __init__(self, url, folder):
        self._url = urllib.parse.urlsplit(url)
        passfile = urllib.parse.parse_qs(self._url.query)["passfile"][0]
        self._password = pathlib.Path(passfile).read_text().strip().split(":")[4]
        file = folder / "password"
        file.write_text(self._password + "\n")
        self.password = f"file:{file}"
        self.table = "xlang_" + uuid.uuid4().hex[:12]

    @property
    def secret(self):
        return self._password

    @property
    def url(self):
        return f"postgresql://{self._url.netloc}{self._url.path}/{self.table}"

    def execute(self, sql):
        connection = pg8000.dbapi.connect(
            user=self._url.username,
            host=self._url.hostname,
            port=self._url.port,
            database=self._url.path[1:],
            password=self._password,
        )
        connection.autocommit = True
        try:
            cursor = connection.cursor()
            cursor.execute(sql)
            return [tuple(row) for row in cursor.fetchall()] if cursor.description else []
        finally:
            connection.close()

    def rows(self, columns):
        return self.execute(f"SELECT {columns} FROM {self.table} ORDER BY {columns}")


@pytest.fixture
def database(tmp_path):
    url = os.environ.get("XLANG_DATABASE")
    if not url:
        pytest.skip("XLANG_DATABASE is not set; make xlang sets it")
    database = Database(url, tmp_path)
    yield database
    database.execute(f"DROP TABLE IF EXISTS {database.table}")


@pytest.fixture(scope="session")
def jar():
    """The jar that the installed package starts."""
    try:
        return package.of_jar(None).path_to_jar
    except PostgresResultError as missing:
        pytest.skip(str(missing))


@pytest.fixture(scope="session")
def service(jar, tmp_path_factory):
    """The address of one expansion service for all tests, which runs the sink's steps as well."""
    port = free_port()
    log = tmp_path_factory.mktemp("service") / "log"
    with started(port, log, "-jar", jar, port, "--alsoStartLoopbackWorker"):
        yield f"localhost:{port}"


@contextlib.contextmanager
def started(port, log, *arguments, **environment):
    """A Java process that answers on a port."""
    command = [java(), "-Xmx512m", *map(str, arguments)]
    with log.open("w") as output:
        process = subprocess.Popen(
            command,
            stdout=output,
            stderr=subprocess.STDOUT,
            env={**os.environ, **environment},
        )
    try:
        await_port(port, process, log)
        yield process
    finally:
        process.kill()
        process.wait()


def java():
    home = os.environ.get("JAVA_HOME")
    return os.path.join(home, "bin", "java") if home else shutil.which("java")


def free_port():
    with socket.socket() as listener:
        listener.bind(("localhost", 0))
        return listener.getsockname()[1]


def await_port(port, process, log, seconds=120):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise AssertionError(f"{process.args} ended:\n{log.read_text()}")
        try:
            socket.create_connection(("localhost", port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.1)
    raise AssertionError(f"{process.args} does not answer:\n{log.read_text()}")
