"""AMENDS_DATABASE_URL: another database, and one clear line for whatever is wrong with it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy import create_engine, make_url, text

from app import wiring
from app.cli.faults import clear_line
from app.settings import Settings
from ledger.ledger import Ledger, postgres_engine
from ledger.migrate import drift, upgrade
from ledger.tables import KeyCheck

EXAMPLE = Path(__file__).parents[3] / "data" / "example_accounts.csv"
SECRET = "hunter2secret"


@pytest.fixture
def guarded_url(postgres_url: str) -> Iterator[str]:
    """A URL with a password in it, on an empty database that asks for it and belongs to that role, as documented."""
    admin = create_engine(postgres_url, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"CREATE ROLE guarded LOGIN PASSWORD '{SECRET}'"))
        connection.execute(text(f"ALTER DATABASE {admin.url.database} OWNER TO guarded"))
        rules = Path(connection.execute(text("SHOW hba_file")).scalar_one())
        if "guarded" not in rules.read_text():
            rules.write_text(f"local all guarded scram-sha-256\n{rules.read_text()}")
        connection.execute(text("SELECT pg_reload_conf()"))
    yield make_url(postgres_url).set(username="guarded", password=SECRET).render_as_string(hide_password=False)
    with admin.connect() as connection:
        connection.execute(text(f"ALTER DATABASE {admin.url.database} OWNER TO CURRENT_USER"))
        connection.execute(text("DROP OWNED BY guarded CASCADE"))
        connection.execute(text("DROP ROLE guarded"))
    admin.dispose()


@pytest.mark.parametrize("url", ["sqlite:///other.db", "postgresql://a@b/c", f"mysql://u:{SECRET}@h/d", "nonsense"])
def test_another_kind_of_database_is_refused(amends, url):
    line = amends("init", AMENDS_DATABASE_URL=url).refusal
    assert "AMENDS_DATABASE_URL is wrong" in line
    assert "postgresql+psycopg://" in line
    assert SECRET not in line


@pytest.mark.parametrize(
    ("url", "says"),
    [
        (f"postgresql+psycopg://u:{SECRET}@127.0.0.1:1/amends", "amends (127.0.0.1:1) cannot be used"),
        (f"postgresql+psycopg://u:{SECRET}@127.0.0.1:1", "names no database"),
        (f"postgresql+psycopg://u:{SECRET}@127.0.0.1:port/amends", "cannot be read as a URL"),
        (f"postgresql+psycopg://u:{SECRET}@/amends?host=/nowhere", "amends (/nowhere) cannot be used"),
        (f"postgresql+psycopg://u:{SECRET}@127.0.0.1:1/amends?shoe_size=44", "cannot be used"),
    ],
)
def test_a_server_that_cannot_be_reached_is_named_without_its_password(amends, url, says):
    done = amends("init", AMENDS_DATABASE_URL=url)
    assert says in done.refusal
    assert SECRET not in done.stderr


def test_a_database_that_there_is_not_is_named(amends, postgres_url):
    away = make_url(postgres_url).set(database="nowhere").render_as_string(hide_password=False)
    assert 'database "nowhere" does not exist' in amends("init", AMENDS_DATABASE_URL=away).refusal


def test_an_empty_url_is_no_url(amends, tmp_path):
    assert amends("init", AMENDS_DATABASE_URL="").returncode == 0
    assert (tmp_path / "home" / "amends.db").exists()


@pytest.mark.parametrize("password", ["wrong" + SECRET, ""])
def test_a_wrong_password_is_said_and_not_shown(amends, guarded_url, password):
    wrong = make_url(guarded_url).set(password=password).render_as_string(hide_password=False)
    done = amends("init", AMENDS_DATABASE_URL=wrong)
    assert "password" in done.refusal
    assert SECRET not in done.stderr


def test_a_password_is_shown_nowhere(amends, guarded_url, tmp_path):
    settings = Settings(home=tmp_path / "home", database_url=SecretStr(guarded_url))
    ledger = wiring.open_ledger(settings)
    assert SECRET not in f"{settings!r} {settings.model_dump()} {ledger!r} {ledger.engine!r}"
    done = amends("init", AMENDS_DATABASE_URL=guarded_url, AMENDS_LOG_LEVEL="debug")
    assert done.returncode == 0
    assert SECRET not in done.stdout + done.stderr
    ledger.engine.dispose()


def test_records_go_to_the_server_and_no_file_is_made(amends, postgres_url, tmp_path):
    done = amends("import", EXAMPLE, "--json", AMENDS_DATABASE_URL=postgres_url)
    assert done.returncode == 0, done.stderr
    assert not (tmp_path / "home" / "amends.db").exists()
    engine = create_engine(postgres_url)
    with engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM account")).scalar_one() > 0
    engine.dispose()
    assert "intact" in amends("audit", "verify", AMENDS_DATABASE_URL=postgres_url).stdout


def test_a_database_whose_keys_are_gone_gets_no_new_ones(amends, postgres_url, tmp_path):
    amends("init", AMENDS_DATABASE_URL=postgres_url)
    (tmp_path / "home" / "keys").unlink()
    assert "keys is missing" in amends("report", AMENDS_DATABASE_URL=postgres_url).refusal
    assert not (tmp_path / "home" / "keys").exists()


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_the_keys_of_another_installation_are_refused(amends, request, tmp_path, database):
    there = {"AMENDS_DATABASE_URL": request.getfixturevalue("postgres_url")} if database == "postgresql" else {}
    amends("init", **there)
    keys = tmp_path / "home" / "keys"
    ours = keys.read_text().splitlines()
    keys.write_text("\n".join([ours[0], "ab" * 32, ours[2]]))
    assert "sealed with another index key" in amends("import", EXAMPLE, **there).refusal
    keys.write_text("\n".join(["ab" * 32] * 3))
    assert "another audit and another field and another index key" in amends("report", **there).refusal
    keys.write_text("\n".join(ours))
    assert amends("report", **there).returncode == 0


def test_a_schema_of_a_newer_program_is_refused_and_left_alone(amends, postgres_url):
    amends("init", AMENDS_DATABASE_URL=postgres_url)
    engine = create_engine(postgres_url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    assert "schema 9999" in amends("report", AMENDS_DATABASE_URL=postgres_url).refusal
    engine.dispose()


def test_programs_that_start_at_once_make_one_schema_and_one_set_of_keys(postgres_url, tmp_path):
    settings = Settings(home=tmp_path / "home", database_url=SecretStr(postgres_url))
    opened: list[Ledger] = []
    threads = [threading.Thread(target=lambda: opened.append(wiring.open_ledger(settings))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(opened) == 4
    assert len({ledger.keys for ledger in opened}) == 1
    assert drift(opened[0].engine) == []
    with opened[0].read() as work:
        assert len(work.session.exec(KeyCheck.__table__.select()).all()) == 3
    for ledger in opened:
        ledger.engine.dispose()


def test_whoever_only_starts_waits_for_no_writer(any_ledger):
    with any_ledger.begin():
        upgrade(any_ledger.engine)


def test_a_connection_that_breaks_off_is_no_fault_of_ours(postgres_url):
    engine = postgres_engine(postgres_url)
    said = []
    with engine.connect() as connection:
        for statement in ("SELECT pg_terminate_backend(pg_backend_pid())", "SELECT no_such_column"):
            try:
                connection.execute(text(statement))
            except Exception as error:
                said.append(clear_line(error))
                connection.rollback()
    assert said == ["the database of AMENDS_DATABASE_URL cannot be used: " + said[0].partition("used: ")[2], None]
    engine.dispose()


def test_practice_never_touches_the_installations_database(amends, monkeypatch):
    opened = []

    def noted(settings, *arguments):
        opened.append(settings.database_url)
        raise wiring.HomeUnusable("far enough")

    monkeypatch.setattr(wiring, "open_ledger", noted)
    amends("bot", "say", AMENDS_DATABASE_URL="postgresql+psycopg://u@127.0.0.1:1/amends")
    assert opened == [None]


def test_a_demo_clears_its_own_database_and_nobody_elses(amends, postgres_url, monkeypatch):
    there = {"AMENDS_DATABASE_URL": postgres_url}
    amends("import", EXAMPLE, **there)
    assert "no demo's" in amends("demo", "--once", **there).refusal
    engine = create_engine(postgres_url)
    counted = text("SELECT count(*) FROM account")
    with engine.connect() as connection:
        assert connection.execute(counted).scalar_one() > 0
    engine.dispose()
