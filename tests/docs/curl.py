"""A `curl` for machines without one: as much of it as the documentation uses."""

from __future__ import annotations

import argparse
import sys
import urllib.error
import urllib.request
from pathlib import Path


def main() -> None:
    """Send the request that the command line describes, and write the answer out."""
    parser = argparse.ArgumentParser()
    parser.add_argument("url")
    parser.add_argument("-s", "--silent", action="store_true")
    parser.add_argument("-i", "--include", action="store_true")
    parser.add_argument("-X", "--request")
    parser.add_argument("-H", "--header", action="append", default=[])
    parser.add_argument("-d", "--data")
    parser.add_argument("-o", "--output")
    given = parser.parse_args()

    data = None if given.data is None else given.data.encode()
    request = urllib.request.Request(given.url, data, method=given.request)
    for header in given.header:
        name, _, value = header.partition(":")
        request.add_header(name.strip(), value.strip())
    try:
        answer = urllib.request.urlopen(request)
    except urllib.error.HTTPError as refusal:
        answer = refusal
    written = answer.read()
    if given.include:
        head = [f"HTTP/1.1 {answer.status} {answer.reason}"]
        head += [f"{name.lower()}: {value}" for name, value in answer.headers.items()]
        written = "\r\n".join([*head, "", ""]).encode() + written
    if given.output:
        Path(given.output).write_bytes(written)
    else:
        sys.stdout.buffer.write(written)


if __name__ == "__main__":
    main()
