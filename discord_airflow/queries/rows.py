"""
The answers of the query layer: frozen, typed rows.

Ids are ints, instants are aware datetimes in UTC, days are dates on the wall clock of the window's zone.
``None`` always means "not known" or "not collected" and never zero. Names and texts are as Discord gave them:
whoever prints them escapes them.
"""

from discord_airflow.queries.activity_rows import (
    Activity,
    Change,
    Concentration,
    DayPoint,
    HourCell,
    MembershipMonth,
    Totals,
    WeeklyActive,
    WeekPoint,
)
from discord_airflow.queries.coverage_rows import (
    ChannelCoverage,
    Gap,
    Guild,
    GuildCoverage,
    State,
    Watermark,
)
from discord_airflow.queries.message_rows import (
    MessageRow,
    NameSeen,
    SearchHit,
    UserMatch,
)
from discord_airflow.queries.plausibility_rows import (
    Doubt,
    GuildPlausibility,
)
from discord_airflow.queries.ranking_rows import (
    ChannelActivity,
    Connector,
    Contributor,
    EmojiCount,
    GuildMessages,
    Highlight,
    NewPerson,
    RecentUser,
)

__all__ = [
    "Activity",
    "Change",
    "ChannelActivity",
    "ChannelCoverage",
    "Concentration",
    "Connector",
    "Contributor",
    "DayPoint",
    "Doubt",
    "EmojiCount",
    "Gap",
    "Guild",
    "GuildCoverage",
    "GuildMessages",
    "GuildPlausibility",
    "Highlight",
    "HourCell",
    "MembershipMonth",
    "MessageRow",
    "NameSeen",
    "NewPerson",
    "RecentUser",
    "SearchHit",
    "State",
    "Totals",
    "UserMatch",
    "Watermark",
    "WeekPoint",
    "WeeklyActive",
]
