"""Asking somebody else's server: over TLS that is checked, and never longer than the deadline (SPEC 7)."""

from __future__ import annotations

import datetime
import http.server
import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.x509.oid import NameOID

from hunter_adapters.oauth.addresses import checked_endpoint
from hunter_adapters.oauth.http import Deadline, JsonHttp
from hunter_core.accounts.identity import ProviderRefused
from hunter_core.errors import ProviderUnavailable
from tests.servers.provider import rsa_key


class Hello(http.server.BaseHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "application/jwk-set+json; charset=utf-8")
        self.end_headers()
        self.wfile.write(b'{"hello": "you"}')


def a_certificate(folder: Path, *, days: int) -> Path:
    """Write a certificate for 127.0.0.1 that signs itself, with its key."""
    key, name = rsa_key(0), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "provider")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=30))
        .not_valid_after(now + datetime.timedelta(days=days))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), True)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path = folder / "provider.pem"
    path.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return path


@pytest.fixture(params=[30, -1], ids=["good", "expired"])
def secured(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[int, str, Path]]:
    """A server behind TLS: for how many days its certificate is good, its address, and the certificate."""
    path = a_certificate(tmp_path, days=request.param)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Hello)
    server.handle_error = lambda *_: None  # type: ignore[method-assign]
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield request.param, f"https://127.0.0.1:{server.server_address[1]}/", path
    server.shutdown()
    server.server_close()


def test_only_a_certificate_that_is_trusted_named_and_good_is_believed(
    secured: tuple[int, str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    days, url, path = secured
    with pytest.raises(ProviderUnavailable):
        JsonHttp().get(url, Deadline())
    monkeypatch.setenv("SSL_CERT_FILE", str(path))
    if days > 0:
        assert JsonHttp().get(url, Deadline()) == {"hello": "you"}
    else:
        with pytest.raises(ProviderUnavailable):
            JsonHttp().get(url, Deadline())
    with pytest.raises(ProviderUnavailable):
        JsonHttp().get(url.replace("127.0.0.1", "localhost"), Deadline())


def test_a_look_up_that_hangs_ends_with_the_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    closing = threading.Event()

    def hangs(*_: object, **__: object) -> list[object]:
        closing.wait(20)
        return []

    monkeypatch.setattr(socket, "getaddrinfo", hangs)
    began = time.monotonic()
    with pytest.raises(ProviderUnavailable):
        JsonHttp().get("http://provider.example/", Deadline(0.2))
    assert time.monotonic() - began < 5
    closing.set()


@pytest.mark.parametrize("url", ["http://nobody.invalid/", "http://127.0.0.1:1/", "https://127.0.0.1:1/"])
def test_a_server_that_is_not_there_is_unavailable(url: str) -> None:
    with pytest.raises(ProviderUnavailable):
        JsonHttp().get(url, Deadline(2))


def test_a_deadline_that_has_passed_asks_nobody() -> None:
    with pytest.raises(ProviderUnavailable):
        JsonHttp().get("http://127.0.0.1:1/", Deadline(0))


@pytest.mark.parametrize(
    "url",
    [
        None, 5, "", "ftp://accounts.example/x", "http://accounts.example/x", "https://", "https:///x",
        "https://user@accounts.example/", "https://accounts.example/#x", "https://accounts.example:99999/",
        "https://accounts.example/ x", "https://ünï.example/", "//accounts.example/",
    ],
)  # fmt: skip
def test_an_endpoint_is_https(url: object) -> None:
    with pytest.raises(ProviderRefused):
        checked_endpoint(url, "https://accounts.example")


def test_an_endpoint_of_a_plain_issuer_may_be_plain_on_its_own_host() -> None:
    issuer = "http://127.0.0.1:9000"
    assert checked_endpoint("http://127.0.0.1:9001/token", issuer)
    assert checked_endpoint("https://elsewhere.example/token", issuer)
    with pytest.raises(ProviderRefused):
        checked_endpoint("http://169.254.169.254/token", issuer)
