"""A bare Flask application: one route, one small page. What it costs is the yardstick."""

from flask import Flask

app = Flask(__name__)
ROWS = "".join(f"<li>第{number}行</li>" for number in range(20))
PAGE = f"""<!doctype html><html lang="zh"><head><title>示例页面</title></head><body>
<h1>示例页面</h1><ul>{ROWS}</ul></body></html>"""


@app.get("/")
def page() -> str:
    """Give a small page that needs neither template nor database."""
    return PAGE
