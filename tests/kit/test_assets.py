"""Static files: versioned, kept, compressed."""

import gzip
from pathlib import Path

import pytest

from app.kit import assets

STYLE = "/static/css/guanbiao.css"


def get(client, address, **headers):
    """Ask and read to the end, so that the file is closed."""
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    with client.get(address, headers=names) as answer:
        answer.get_data()
        return answer


def test_address_when_a_page_names_a_file_then_it_carries_its_version(app):
    address = app.jinja_env.globals["asset"]("css/guanbiao.css")
    version = assets.version(Path(app.static_folder) / "css/guanbiao.css")
    assert address == f"{STYLE}?v={version}"


def test_file_when_gzip_is_taken_then_it_is_sent_compressed_and_whole(client):
    plain = get(client, STYLE)
    packed = get(client, STYLE, Accept_Encoding="gzip, br")
    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == "gzip"
    assert packed.headers["Content-Length"] == str(len(packed.data))
    assert gzip.decompress(packed.data) == plain.data
    assert plain.headers["Vary"] == packed.headers["Vary"] == "Accept-Encoding"


@pytest.mark.parametrize("wanted", ["identity", "gzip;q=0", ""])
def test_file_when_gzip_is_not_taken_then_it_is_sent_plain(client, wanted):
    answer = get(client, STYLE, Accept_Encoding=wanted)
    assert "Content-Encoding" not in answer.headers


def test_file_when_it_is_known_then_nothing_is_sent_again(client):
    tag = get(client, STYLE).headers["ETag"]
    answer = get(client, f"{STYLE}?v=1", If_None_Match=tag, Accept_Encoding="gzip")
    assert (answer.status_code, answer.data) == (304, b"")
    assert answer.headers["Cache-Control"] == assets.FOREVER


def test_picture_when_gzip_is_taken_then_it_is_sent_as_it_is(client):
    answer = get(client, "/static/img/touch-icon-180.png", Accept_Encoding="gzip")
    assert (answer.status_code, "Content-Encoding" in answer.headers) == (200, False)


def test_missing_file_then_404(client):
    answer = get(client, "/static/css/none.css?v=1", Accept_Encoding="gzip")
    assert answer.status_code == 404
    assert answer.headers["Cache-Control"] != assets.FOREVER
