"""Pipelines in YAML, run as a user runs them."""

import pathlib
import subprocess
import sys

EXAMPLE = pathlib.Path(__file__).resolve().parents[1] / "hits.yaml"


def run(tmp_path, jar, url, password, **changes):
    text = EXAMPLE.read_text()
    changes = {
        "postgresql://app@db.example.com/shop/hits": url,
        "file:/run/secrets/shop-db": password,
        "target/postgres-result-expansion-service.jar": jar,
        **changes,
    }
    for old, new in changes.items():
        assert old in text
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


def test_the_example_publishes_its_rows(tmp_path, jar, database):
    ended = run(tmp_path, jar, database.url, database.password)
    assert ended.returncode == 0, ended.stderr
    assert database.rows("code, hits") == [("200", 7), ("404", 2)]
    assert database.secret not in ended.stdout + ended.stderr


def test_what_is_wrong_is_said(tmp_path, jar, database):
    ended = run(
        tmp_path, jar, database.url + "?mode=append&min_row=5", "kanarienvogel"
    )
    assert ended.returncode != 0
    assert "option 'mode' has one value in the URL and another beside it" in ended.stderr
    assert "did you mean min_rows" in ended.stderr
    assert "a password reference is env:NAME or file:PATH" in ended.stderr
