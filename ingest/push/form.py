"""The parts of a form, ``multipart/form-data``; RFC 7578."""

import io

from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.formparser import FormDataParser
from werkzeug.http import parse_options_header

from ingest.push.message import InvalidMessage

MOST_PARTS = 16


def parts(content_type: str, body: bytes) -> dict[str, bytes]:
    """Name → content. No file of it lies on a disk. Raises Refused."""
    kind, options = parse_options_header(content_type)
    parser = FormDataParser(
        stream_factory=lambda *_, **__: io.BytesIO(),
        max_form_memory_size=len(body),
        max_form_parts=MOST_PARTS,
        silent=False,
    )
    try:
        _, texts, files = parser.parse(io.BytesIO(body), kind, len(body), options)
    except RequestEntityTooLarge:
        raise InvalidMessage("the form has too many parts", f"at most {MOST_PARTS}") from None
    except ValueError as problem:
        hint = "multipart/form-data; boundary=…, and --…-- at its end"
        raise InvalidMessage(f"this is no form ({str(problem)[:100]})", hint) from None
    if "data" in texts:
        raise InvalidMessage("data has no filename", "curl -F data=@FILE: bytes come as a file")
    found = {name: text.encode() for name, text in texts.items()}
    return found | {name: file.stream.read() for name, file in files.items()}
