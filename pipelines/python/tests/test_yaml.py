"""Pipelines in YAML, run as a user runs them."""

import pathlib
import subprocess
import sys

import pytest

EXAMPLE = pathlib.Path(__file__).resolve().parents[1] / "hits.yaml"


def run(tmp_path, jar, text, database, **changes):
    """Runs a pipeline; changes are replacements in its text."""
    replacements = {
        "postgresql://app@db.example.com/shop/hits": database.url,
        "file:/run/secrets/shop-db": database.password,
        "target/postgres-result-expansion-service.jar": jar,
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
    database.execute(f"CREATE TABLE {database.table} (code text PRIMARY KEY, hits bigint)")
    database.execute(f"INSERT INTO {database.table} VALUES ('500', 1)")
    ended = run(tmp_path, jar, EXAMPLE.read_text(), database, **{"mode: replace": mode})
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


def test_what_is_wrong_is_said(tmp_path, jar, database):
    text = EXAMPLE.read_text().replace("/shop/hits", "/shop/hits?mode=append&min_row=5")
    ended = run(
        tmp_path, jar, text.replace("file:/run/secrets/shop-db", "kanarienvogel"), database
    )
    assert ended.returncode != 0
    assert "option 'mode' has one value in the URL and another outside of it" in ended.stderr
    assert "did you mean min_rows" in ended.stderr
    assert "a password reference is env:NAME or file:PATH" in ended.stderr


@pytest.mark.long
def test_a_field_that_is_not_known_is_named(tmp_path, jar, database):
    ended = run(
        tmp_path, jar, EXAMPLE.read_text(), database, **{"mode: replace": "mood: replace"}
    )
    assert ended.returncode != 0
    assert "mood" in ended.stderr
