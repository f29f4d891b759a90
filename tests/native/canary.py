"""Whether a secret stands anywhere it should not, in any of the forms that secrets take on their way into logs."""

import base64
import json
from urllib.parse import quote, quote_plus

from psycopg import sql

FIRST_CHARACTERS = 12


def forms(secret):
    """Return the byte strings that would give *secret* away."""
    raw = secret.encode()
    texts = {secret, secret[::-1], secret[:FIRST_CHARACTERS], quote(secret), quote(secret, safe=""), quote_plus(secret)}
    texts |= {json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1], repr(secret)[1:-1], raw.hex()}
    # Within a longer text base64 looks different at each of three offsets; the ends depend on what stands beside it.
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        texts |= {encode(b"\0" * offset + raw).decode()[(0, 2, 3)[offset] :].rstrip("=")[:-1] for offset in range(3)}
    return {text.encode() for text in texts}


def find_in_files(secrets, folder):
    """Return the files below *folder* that hold one of *secrets* in any form."""
    wanted = set().union(*map(forms, secrets))
    files = [path for path in folder.rglob("*") if path.is_file()]
    return sorted(str(path) for path in files if any(form in path.read_bytes() for form in wanted))


def find_in_database(secrets, connection):
    """Return the tables of *connection*'s database that hold one of *secrets* in any form, in any column."""
    wanted = set().union(*map(forms, secrets))
    tables = connection.execute(
        "SELECT schemaname, tablename FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"
    ).fetchall()
    assert tables
    found = []
    for schema, table in tables:
        rows = sql.SQL("COPY {} TO STDOUT").format(sql.Identifier(schema, table))
        with connection.cursor().copy(rows) as copy:
            content = b"".join(map(bytes, copy))
        # COPY writes a backslash twice.
        if any(form in content or form.replace(b"\\", b"\\\\") in content for form in wanted):
            found.append(f"{schema}.{table}")
    return found
