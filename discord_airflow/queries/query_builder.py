"""
The typed door to the database: one ``fetch_*`` function per question, one reviewed .sql file behind each.

A connection comes first, everything else by name. *guild_ids* None means all servers, *excluded_channels* takes
channels, categories (with all below them) and threads, *limit* None means all. Nothing here writes.
"""

from discord_airflow.queries.activity import fetch_activity, fetch_changes, fetch_concentration, fetch_totals
from discord_airflow.queries.coverage import fetch_coverage, fetch_guilds, fetch_watermark
from discord_airflow.queries.messages import fetch_history, fetch_user_messages, fetch_users
from discord_airflow.queries.plausibility import fetch_plausibility
from discord_airflow.queries.rankings import (
    fetch_channels,
    fetch_connectors,
    fetch_contributors,
    fetch_highlights,
    fetch_new_people,
    fetch_recent_users,
)
from discord_airflow.queries.search import fetch_search
from discord_airflow.queries.trends import fetch_days, fetch_hours, fetch_membership, fetch_weekly_trend
from discord_airflow.queries.weekly_active import fetch_weekly_active

__all__ = [
    "fetch_activity",
    "fetch_changes",
    "fetch_channels",
    "fetch_concentration",
    "fetch_connectors",
    "fetch_contributors",
    "fetch_coverage",
    "fetch_days",
    "fetch_guilds",
    "fetch_highlights",
    "fetch_history",
    "fetch_hours",
    "fetch_membership",
    "fetch_new_people",
    "fetch_plausibility",
    "fetch_recent_users",
    "fetch_search",
    "fetch_totals",
    "fetch_user_messages",
    "fetch_users",
    "fetch_watermark",
    "fetch_weekly_active",
    "fetch_weekly_trend",
]
