"""
The embedded PostgreSQL: a server of our own, for people who have none.

It listens on a Unix socket in a folder that only its user may enter, and on no network port. Any number of processes
may ask for it at once; the first one starts it, and it keeps running until `stop`. Reading order: lifecycle (what
happens), place (where it lies and who runs it), programs (which PostgreSQL), cluster (how it is made and set up).
"""

from discord_airflow.embedded.lifecycle import Status, ensure_running, place_of, start, status, stop
from discord_airflow.embedded.place import PORT, SUPERUSER, Place

__all__ = ["PORT", "SUPERUSER", "Place", "Status", "ensure_running", "place_of", "start", "status", "stop"]
