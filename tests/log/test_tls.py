"""TLS as libpq knows it reaches every connection: the pool's, the dedicated ones, the pulls'."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from random import randrange
from typing import Any

import psycopg
import pytest
from attrs import frozen
from psycopg.conninfo import make_conninfo

import featuretrail as ft
from featuretrail.domain.errors import DatabaseUnavailableError, InvalidInputError
from featuretrail.infrastructure.database import Database, connect
from featuretrail.infrastructure.embedded import start
from featuretrail.infrastructure.migrations import migrate
from featuretrail.infrastructure.settings import Settings
from tests.engines.database import Database as Clone
from tests.engines.embedded_place import eventually, new_place
from tests.engines.native import installed
from tests.log.proxy import Proxy
from tests.store.weather import filled, spine

NAME = "features.test"
SUBJECTS = {"ca": "ca", "other": "another ca", "server": NAME, "ada": "ada"}


@frozen
class Guarded:
    """A server that takes TLS once ``guard`` was called, reached by TCP under ``NAME``."""

    url: str
    admin_url: str
    certificates: Path

    def file(self, name: str) -> str:
        """The path of a certificate or key."""
        return str(self.certificates / name)

    def guard(self) -> None:
        """Turn TLS on; ``ada`` has to show a certificate."""
        with psycopg.connect(self.admin_url, autocommit=True) as connection:
            [(shown,)] = connection.execute("SHOW data_directory")
            data = Path(shown)
            owner = data.stat()
            for name in ("server.crt", "server.key", "ca.crt"):
                target = data / name
                target.write_bytes((self.certificates / name).read_bytes())
                target.chmod(0o600)
                if os.getuid() == 0:
                    os.chown(target, owner.st_uid, owner.st_gid)
            rules = data / "pg_hba.conf"
            rules.write_text(f"hostssl all ada all cert\n{rules.read_text()}")
            connection.execute("CREATE ROLE ada LOGIN SUPERUSER")
            connection.execute("ALTER SYSTEM SET ssl_ca_file = 'ca.crt'")
            connection.execute("ALTER SYSTEM SET ssl = on")
            connection.execute("SELECT pg_reload_conf()")
        assert eventually(self._answers_in_tls)

    def _answers_in_tls(self) -> bool:
        try:
            psycopg.connect(self.url, sslmode="require").close()
        except psycopg.OperationalError:
            return False
        return True


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two authorities, a server's and a client's certificate of the first, and their keys."""
    folder = tmp_path_factory.mktemp("certificates")
    for name, subject in SUBJECTS.items():
        signed = [] if name in ("ca", "other") else ["-CA", "ca.crt", "-CAkey", "ca.key"]
        purpose = f"subjectAltName=DNS:{NAME}" if signed else "keyUsage=critical,keyCertSign"
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
             "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj", f"/CN={subject}",
             "-addext", purpose, "-keyout", f"{name}.key", "-out", f"{name}.crt", *signed],
            cwd=folder, check=True, capture_output=True,
        )  # fmt: skip
        (folder / f"{name}.key").chmod(0o600)
    return folder


@pytest.fixture(scope="module")
def guarded(certificates: Path) -> Iterator[Guarded]:
    """A server with TLS at a loopback address of its own; the wheel's PostgreSQL has no TLS."""
    host = f"127.{randrange(1, 255)}.{randrange(256)}.{randrange(1, 255)}"  # noqa: S311
    with (
        new_place() as place,
        start(
            place.folder,
            programs=installed("apache"),
            settings={"listen_addresses": host, "fsync": "off"},
        ) as running,
    ):
        migrate(running.url)
        user = "postgres"
        url = make_conninfo(running.url, host=NAME, hostaddr=host, user=user)
        server = Guarded(url, running.url, certificates)
        server.guard()
        yield server


def in_tls(connection: psycopg.Connection[Any]) -> bool:
    [(ssl,)] = connection.execute("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()")
    return bool(ssl)


@pytest.mark.tiers("embedded")
def test_a_server_without_tls_is_not_used_when_tls_is_required(database: Clone) -> None:
    with Proxy(database.url) as proxy:
        url = make_conninfo(proxy.url, sslmode="require")

        for reach in (Database, migrate, ft.connect):
            with pytest.raises(DatabaseUnavailableError, match="does not support SSL, but SSL was"):
                reach(url)


def test_pool_dedicated_connections_and_pulls_are_in_tls(guarded: Guarded) -> None:
    url = make_conninfo(guarded.url, sslmode="verify-full", sslrootcert=guarded.file("ca.crt"))
    with ft.connect(url, actor="anna", artifacts="database:") as store:
        filled(store)
        store.get_historical_features(spine(), ["weather.temp"], method="pull")
        with psycopg.connect(guarded.admin_url) as connection:
            sessions = connection.execute(
                "SELECT a.application_name, s.ssl FROM pg_stat_activity AS a "
                "JOIN pg_stat_ssl AS s USING (pid) "
                "WHERE a.application_name LIKE 'featuretrail%%' AND a.client_addr IS NOT NULL",
                [],
            ).fetchall()
    with Database(url) as database, database.dedicated() as dedicated:
        assert in_tls(dedicated)
        with database.connection() as pooled:
            assert in_tls(pooled)
    assert {name for name, _ in sessions} >= {"featuretrail", "featuretrail pull"}
    assert all(ssl for _, ssl in sessions)


def test_a_certificate_of_another_authority_is_refused(guarded: Guarded) -> None:
    url = make_conninfo(guarded.url, sslmode="verify-ca", sslrootcert=guarded.file("other.crt"))

    with pytest.raises(DatabaseUnavailableError, match="certificate verify failed"):
        Database(url)


def test_a_certificate_of_another_host_is_refused(guarded: Guarded) -> None:
    url = make_conninfo(
        guarded.url, host="elsewhere.test", sslmode="verify-full",
        sslrootcert=guarded.file("ca.crt"),
    )  # fmt: skip

    with pytest.raises(DatabaseUnavailableError, match=r'does not match host name "elsewhere'):
        Database(url)


def test_settings_carry_certificates_and_keys(guarded: Guarded) -> None:
    settings = Settings.load(
        url=make_conninfo(guarded.url, user="ada"),
        sslmode="verify-full",
        sslrootcert=guarded.file("ca.crt"),
        sslcert=guarded.file("ada.crt"),
        sslkey=guarded.file("ada.key"),
    )

    with ft.connect(settings=settings) as store:
        assert store.position >= 0
    with pytest.raises(DatabaseUnavailableError, match="certificate"):
        connect(make_conninfo(guarded.url, user="ada", sslmode="require"))


def test_what_the_url_says_of_tls_stays_before_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FEATURETRAIL_SSLMODE", "verify-full")
    monkeypatch.setenv("FEATURETRAIL_SSLROOTCERT", "/ca.crt")

    said = Settings.load(url="postgresql://ada@host/db?sslmode=disable").secret_url

    assert said is not None
    assert "sslmode=disable" in said
    assert "sslrootcert=/ca.crt" in said


def test_an_unknown_mode_is_refused() -> None:
    with pytest.raises(InvalidInputError, match="sslmode: Input should be 'disable'"):
        Settings.load(url="postgresql://host/db", sslmode="on")
