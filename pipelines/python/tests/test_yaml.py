"""Pipelines in YAML, run as a user runs them."""

import json
import os
import pathlib
import re
import subprocess
import sys

import pytest
from apache_beam.yaml import main

EXAMPLE = pathlib.Path(__file__).resolve().parents[1] / "hits.yaml"
JAR = "../expansion/target/postgres-result-expansion-service-bundled-0.1.0-SNAPSHOT.jar"

REJECTING = """
pipeline:
  transforms:
    - type: Create
      name: Hits
      config:
        elements:
          - {code: "200", hits: 7}
          - {code: "a\\0b", hits: 2}
          - {code: "404", hits: 3}
    - type: WriteToPostgresResult
      name: Publish
      input: Hits
      config:
        url: postgresql://app@db.example.com/shop/hits
        mode: append
        password: file:/run/secrets/shop-db
        error_handling: {output: errors}
    - type: Note
      name: Errors
      input: Publish.errors
      config: {file: errors.jsonl}
    - type: Note
      name: Summary
      input: Publish.published
      config: {file: published.jsonl}

providers:
  - type: javaJar
    config:
      jar: ../expansion/target/postgres-result-expansion-service-bundled-0.1.0-SNAPSHOT.jar
    transforms:
      WriteToPostgresResult: beam:schematransform:io.resultsink:postgres_result_write:v1
  - type: python
    config: {}
    transforms:
      Note: |
        import json
        import pathlib
        import apache_beam as beam

        def note(file):
          def append(row):
            with pathlib.Path(file).open("a") as lines:
              lines.write(json.dumps(row._asdict(), default=str) + "\\n")
            return row
          return beam.Map(append)
"""


def of_package(text, **config):
    """Returns a pipeline whose sink is the installed package's, without the jar's provider."""
    provider = """
  - type: python
    config: {}
    transforms:
      WriteToPostgresResult: postgres_result_sink.WriteToPostgresResult
"""
    text = re.sub(r"\n  - type: javaJar.*?_write:v1\n", provider, text, flags=re.DOTALL)
    more = "".join(f"\n        {name}: {json.dumps(value)}" for name, value in config.items())
    return text.replace("\n        password:", more + "\n        password:")


def noted(file):
    return [json.loads(line) for line in file.read_text().splitlines()]


def refused(tmp_path, text):
    """Returns the error of a pipeline in this process, which is not run."""
    file = tmp_path / "hits.yaml"
    file.write_text(text)
    with pytest.raises(Exception) as failure:
        main.run(argv=[f"--yaml_pipeline_file={file}"])
    return str(failure.value)


def run(tmp_path, jar, text, database, environment=None, **changes):
    """Runs a pipeline; changes are replacements in its text."""
    replacements = {
        "postgresql://app@db.example.com/shop/hits": database.url,
        "file:/run/secrets/shop-db": database.password,
        JAR: jar,
        **changes,
    }
    for old, new in replacements.items():
        text = text.replace(old, new)
    file = tmp_path / "hits.yaml"
    file.write_text(text)
    return subprocess.run(
        [sys.executable, "-m", "apache_beam.yaml.main", f"--yaml_pipeline_file={file}"],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
        env={**os.environ, **(environment or {})},
    )


@pytest.mark.parametrize(
    "mode, after",
    [
        ("mode: replace", [("200", 7), ("404", 2)]),
        pytest.param(
            "mode: append", [("200", 7), ("404", 2), ("500", 1)], marks=pytest.mark.long
        ),
        pytest.param("mode: truncate", [("200", 7), ("404", 2)], marks=pytest.mark.long),
        pytest.param(
            "mode: update\n        unique: [code]",
            [("200", 7), ("404", 2), ("500", 1)],
            marks=pytest.mark.long,
        ),
    ],
)
def test_every_mode_does_what_it_says(tmp_path, jar, database, mode, after):
    folder = tmp_path / "python"
    folder.mkdir()
    (tmp_path / "expansion" / "target").mkdir(parents=True)
    (folder / JAR).symlink_to(jar)
    database.execute(f"CREATE TABLE {database.table} (code text PRIMARY KEY, hits bigint)")
    database.execute(f"INSERT INTO {database.table} VALUES ('500', 1)")
    ended = run(folder, JAR, EXAMPLE.read_text(), database, **{"mode: replace": mode})
    assert ended.returncode == 0, ended.stderr
    assert database.rows("code, hits") == after
    assert database.secret not in ended.stdout + ended.stderr


@pytest.mark.long
def test_a_replace_that_keeps_everything_keeps_the_key(tmp_path, jar, database):
    database.execute(f"CREATE TABLE {database.table} (code text PRIMARY KEY, hits bigint)")
    ended = run(
        tmp_path,
        jar,
        EXAMPLE.read_text(),
        database,
        **{"mode: replace": "mode: replace\n        keep: all"},
    )
    assert ended.returncode == 0, ended.stderr
    assert database.rows("code, hits") == [("200", 7), ("404", 2)]
    assert database.execute(
        f"SELECT indexname FROM pg_indexes WHERE tablename = '{database.table}'"
    ) == [(f"{database.table}_pkey",)]


PROVIDERS = [
    pytest.param(lambda text: text, id="jar"),
    pytest.param(of_package, id="package", marks=pytest.mark.long),
]


@pytest.mark.parametrize("provided", PROVIDERS)
@pytest.mark.parametrize(
    "mode, after",
    [
        ("mode: append", [("200", 7), ("404", 3), ("500", 1)]),
        pytest.param("mode: truncate", [("200", 7), ("404", 3)], marks=pytest.mark.long),
        pytest.param(
            "mode: replace\n        keep: all", [("200", 7), ("404", 3)], marks=pytest.mark.long
        ),
        pytest.param(
            "mode: update\n        unique: [code]",
            [("200", 7), ("404", 3), ("500", 1)],
            marks=pytest.mark.long,
        ),
    ],
)
def test_rows_that_do_not_fit_are_given_out_and_the_others_are_published(
    tmp_path, jar, database, provided, mode, after
):
    database.execute(f"CREATE TABLE {database.table} (code text PRIMARY KEY, hits bigint)")
    database.execute(f"INSERT INTO {database.table} VALUES ('500', 1)")
    ended = run(tmp_path, jar, provided(REJECTING), database, **{"mode: append": mode})
    assert ended.returncode == 0, ended.stderr
    assert database.rows("code, hits") == after
    [summary] = noted(tmp_path / "published.jsonl")
    assert (summary["rows"], summary["rejected"]) == (2, 1)
    [error] = noted(tmp_path / "errors.jsonl")
    assert (error["run_id"], error["table"]) == (summary["run_id"], f"public.{database.table}")
    assert (error["column"], error["sqlstate"]) == ("code", "22021")
    assert "it has a U+0000" in error["reason"]
    assert json.loads(error["row"]) == {"code": "a\0b", "hits": 2}
    assert error["rejected_at"]


@pytest.mark.long
def test_more_rejected_rows_than_allowed_fail_the_run(tmp_path, jar, database):
    database.execute(f"CREATE TABLE {database.table} (code text, hits bigint)")
    ended = run(
        tmp_path,
        jar,
        REJECTING,
        database,
        **{"mode: append": "mode: append\n        max_rejected: 0"},
    )
    assert ended.returncode != 0
    assert "max_rejected=0" in ended.stderr
    assert database.secret not in ended.stdout + ended.stderr
    assert database.rows("code, hits") == []
    assert not (tmp_path / "errors.jsonl").exists()


def test_what_is_wrong_is_said(tmp_path, jar, database):
    text = EXAMPLE.read_text().replace("/shop/hits", "/shop/hits?mode=append&min_row=5")
    ended = run(
        tmp_path, jar, text.replace("file:/run/secrets/shop-db", "kanarienvogel"), database
    )
    assert ended.returncode != 0
    assert "option 'mode' has one value in the URL and another outside of it" in ended.stderr
    assert "did you mean min_rows" in ended.stderr
    assert "a password reference is env:NAME or file:PATH" in ended.stderr
    assert "kanarienvogel" not in ended.stdout + ended.stderr


@pytest.mark.parametrize(
    "config, message",
    [
        ({"mood": "replace"}, "unexpected argument 'mood'"),
        ({"min_rows": "many"}, "min_rows is 'many', a str; it must be a whole number"),
        ({"unique": ["code"]}, "unique"),
        ({"keep": "some"}, "keep 'some'"),
        ({"run_id": ""}, "run_id"),
        ({"error_handling": {"out": "errors"}}, "Missing output in error_handling"),
        ({"jar": "/no/such.jar", "expansion_service": None}, "jar is /no/such.jar, which does not"),
    ],
)
def test_wrong_fields_of_the_packages_sink_are_refused(tmp_path, service, config, message):
    config = {"expansion_service": service, **config}
    said = refused(tmp_path, of_package(EXAMPLE.read_text(), **config))
    assert message in said
    assert "WriteToPostgresResult" in said


def test_a_literal_password_is_refused_and_not_repeated(tmp_path, service):
    text = EXAMPLE.read_text().replace("app@db", "app:kanarienvogel@db")
    said = refused(tmp_path, of_package(text, expansion_service=service))
    assert "the URL has a password" in said
    assert "kanarienvogel" not in said


def test_a_missing_jar_is_named(tmp_path):
    text = EXAMPLE.read_text().replace(JAR, "no/such.jar")
    assert "no/such.jar" in refused(tmp_path, text)


@pytest.mark.long
@pytest.mark.parametrize("provided", PROVIDERS)
def test_a_missing_java_is_said(tmp_path, jar, database, provided):
    nothing = {"JAVA_HOME": str(tmp_path / "no-java"), "POSTGRES_RESULT_SINK_JAR": jar}
    ended = run(tmp_path, jar, provided(EXAMPLE.read_text()), database, nothing)
    assert ended.returncode != 0
    assert "JAVA_HOME" in ended.stderr


@pytest.mark.long
def test_a_field_that_is_not_known_is_named(tmp_path, jar, database):
    ended = run(
        tmp_path, jar, EXAMPLE.read_text(), database, **{"mode: replace": "mood: replace"}
    )
    assert ended.returncode != 0
    assert "mood" in ended.stderr
