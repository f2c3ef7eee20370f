"""The examples of the README and of the page about languages, run as they are written."""

import pathlib
import re
import textwrap

import apache_beam as beam
import pytest
from test_yaml import EXAMPLE, of_package, run

TOP = pathlib.Path(__file__).resolve().parents[3]
README = (TOP / "README.md").read_text()
PAGE = (TOP / "src/site/markdown/guide/languages.md").read_text()

MOVIES = [beam.Row(title="Alien", votes=7), beam.Row(title="Brazil", votes=5)]


def block(text, language):
    return re.search(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL).group(1)


def adapted(text, database):
    for url in re.findall(r"postgresql://app@db\.example\.com/shop/\w+", text):
        text = text.replace(url, database.url)
    return re.sub(r"(env:SHOP_DB_PASSWORD|file:/run/secrets/shop-db)", database.password, text)


def test_the_readmes_python_publishes(database, jar):
    code = adapted(block(README, "python"), database)
    with beam.Pipeline() as pipeline:
        movies = pipeline | beam.Create(MOVIES)
        exec(code, {"movies": movies})
    assert database.rows("title, votes") == [("Alien", 7), ("Brazil", 5)]


@pytest.mark.long
def test_the_readmes_yaml_publishes(tmp_path, database, jar):
    write = textwrap.indent(adapted(block(README, "yaml"), database), "    ")
    text = EXAMPLE.read_text()
    start = text.index("    - type: WriteToPostgresResult")
    ended = run(
        tmp_path, jar, text[:start] + write + text[text.index("\nproviders:") :], database
    )
    assert ended.returncode == 0, ended.stderr
    assert database.rows("code, hits") == [("200", 7), ("404", 2)]


@pytest.mark.long
def test_the_pages_python_publishes(database, jar, capfd):
    exec(adapted(block(PAGE, "python"), database), {})
    assert database.rows("code, hits") == [("200", 7), ("404", 2)]
    assert f"public.{database.table} 2" in capfd.readouterr().out


def test_the_pages_yaml_is_the_example():
    assert block(PAGE, "yaml") == EXAMPLE.read_text()
    provider = PAGE.split("```yaml\n")[2].split("```")[0]
    assert of_package(EXAMPLE.read_text()).endswith(provider)


@pytest.mark.parametrize("mode", ["append", "replace", "truncate", "update"])
def test_the_readme_names_every_mode(mode):
    assert f"`mode={mode}`" in README
