"""Files of the front end go out compressed, and are asked for once."""

from __future__ import annotations

import gzip
import re

from processes.rehearsal.stage import Stage
from tests.builders.desks import Person
from web import static_files


def test_built_files__compressed_and_kept(stage: Stage) -> None:
    clerk = Person(stage, "window_clerk")
    found = re.search(r'src="(/static/assets/main-[^"]+\.js)"', clerk.get("/").text)
    assert found is not None
    plain = clerk.get(found[1])
    assert "Content-Encoding" not in plain.headers
    packed = clerk.client.get(found[1], headers={"Accept-Encoding": "gzip"})
    assert gzip.decompress(packed.data) == plain.data
    best = clerk.client.get(found[1], headers={"Accept-Encoding": "gzip, br"})
    assert best.headers["Content-Encoding"] == "br"
    assert len(best.data) < len(packed.data) < len(plain.data)
    for answer in (plain, packed, best):
        assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert answer.headers["Vary"] == "Accept-Encoding"
        assert answer.headers["Content-Type"].startswith("text/javascript")


def test_a_page_in_english__loads_the_english_files(stage: Stage) -> None:
    clerk = Person(stage, "window_clerk")
    chinese = set(re.findall(r'"(/static/[^"]+)"', clerk.get("/").text))
    clerk.client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "en-GB"
    english = set(re.findall(r'"(/static/[^"]+)"', clerk.get("/").text))
    assert english and all(address.startswith("/static/en/assets/") for address in english)
    assert len(english) == len(chinese) and not english & chinese
    for address in english:
        answer = clerk.client.get(address, headers={"Accept-Encoding": "br"})
        assert (answer.status_code, answer.headers["Content-Encoding"]) == (200, "br")
        assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"


def test_texts_of_scripts__are_in_the_language_of_the_build(stage: Stage) -> None:
    clerk = Person(stage, "window_clerk")
    said = {"zh": "显示快捷键", "en": "Show keyboard shortcuts"}
    for language, text in said.items():
        script = clerk.client.get(static_files.files_of_entry("desk/main", language)["script"]).text
        assert [word for word in said.values() if word in script] == [text]


def test_what_lies_outside_the_folder__is_no_file(stage: Stage) -> None:
    clerk = Person(stage, "window_clerk")
    assert clerk.get("/static/../app.py").status_code == 404
    assert clerk.get("/static/assets/none.js").status_code == 404
