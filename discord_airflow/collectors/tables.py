"""The tables that an import fills, and the columns in the order in which rows are sent."""

from typing import Final, LiteralString

MESSAGES: Final = "messages"

MESSAGE_TABLES: Final[dict[LiteralString, tuple[LiteralString, ...]]] = {
    "messages": (
        "id", "channel_id", "author_id", "author_profile", "sent_at", "edited_at", "call_ended_at",
        "reference_message_id", "reference_channel_id", "reference_guild_id", "kind", "author_kind",
        "utc_offset", "edited_utc_offset", "variant", "is_pinned", "type", "reference_type", "content",
        "digest", "observed_at", "off_clock", "residue", "source_digest",
    ),
    "attachments": ("message_id", "position", "id", "url", "file_name", "byte_size"),
    "embeds": ("message_id", "position", "title", "url", "description", "raw"),
    "stickers": ("message_id", "position", "id", "name", "format", "source_url"),
    "reactions": ("message_id", "position", "emoji", "count", "users_listed"),
    "reaction_users": ("message_id", "position", "ordinal", "user_id", "profile"),
    "mentions": ("message_id", "position", "user_id", "profile"),
    "inline_emojis": ("message_id", "position", "emoji"),
    "interactions": ("message_id", "id", "name", "user_id", "profile"),
    "forwarded_messages": (
        "message_id", "sent_at", "edited_at", "utc_offset", "edited_utc_offset", "content", "attachments",
        "embeds", "stickers",
    ),
}  # fmt: skip
"""A message and its children; each has a twin `incoming_...` in which a session stages rows."""

PEOPLE_TABLES: Final[dict[LiteralString, tuple[LiteralString, ...]]] = {
    "incoming_profiles": (
        "user_id", "guild_id", "name", "discriminator", "nickname", "color", "avatar_url", "is_bot", "keys",
        "roles", "residue", "digest", "author_kind", "role_ids",
    ),
    "incoming_roles": ("id", "name", "color", "position"),
    "incoming_emojis": ("digest", "id", "name", "code", "is_animated", "image_url", "id_is_null", "residue"),
}  # fmt: skip
"""Staged in every import: they are merged once, at its end."""

ALL_TABLES: Final[tuple[LiteralString, ...]] = (
    *MESSAGE_TABLES, "message_revisions", "confirmations", "channel_authors", "profiles", "users", "members", "roles",
    "emojis", "guilds", "channels", "coverage", "ledger", "quarantine",
)  # fmt: skip
"""Whatever an import writes to."""
