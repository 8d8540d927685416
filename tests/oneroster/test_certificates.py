import datetime as dt
import ipaddress
import ssl
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from schoolgate.oneroster.errors import UntrustedCertificate
from schoolgate.oneroster.rest.transport import Transport, Wire
from sis_server import Said, Sis


@pytest.fixture
def ca_file(sis: Sis, tmp_path: Path) -> str:
    """Put the server behind TLS, with a certificate that only this file vouches for."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "A district's own authority")])
    address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
    begin = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(begin)
        .not_valid_after(begin.replace(year=2120))
        .add_extension(x509.SubjectAlternativeName([address]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path, key_path = tmp_path / "ca.pem", tmp_path / "key.pem"
    path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    key_path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path, key_path)
    sis._server.socket = context.wrap_socket(sis._server.socket, server_side=True)
    return str(path)


def test_a_certificate_nobody_vouches_for_is_refused(sis: Sis, ca_file: str) -> None:
    transport = Transport(Wire(insecure=True))

    with pytest.raises(UntrustedCertificate, match="give its certificate authority"):
        transport.get(sis.url.replace("http:", "https:") + "/x", lambda _: "signed")

    transport.close()
    assert sis.asked == []


def test_a_ca_file_vouches_for_a_district_of_its_own_authority(sis: Sis, ca_file: str) -> None:
    """Quirk 24."""
    sis.routes["/x"] = lambda _: Said(body=b"here")
    transport = Transport(Wire(insecure=True, ca_file=ca_file))

    answer = transport.get(sis.url.replace("http:", "https:") + "/x", lambda _: "signed")

    assert answer.body == b"here"
    transport.close()
