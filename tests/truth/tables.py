"""How many rows each table must have after an import, counted over raw exports."""

from truth.archive import Archive, users_of


def expected_rows(archive: Archive) -> dict[str, int]:
    """Return the number of rows by table."""
    raws = [message.raw for message in archive.messages]
    people = [(file.guild_id, user) for file in archive.files for user in users_of(file.document)]
    return {
        "ledger": len(archive.files),
        "coverage": len({(file.channel_id, file.observed_at) for file in archive.files}),
        "quarantine": 0,
        "guilds": len(archive.guilds),
        "channels": len(_places(archive)),
        "users": len({user["id"] for _, user in people}),
        "members": len({(guild_id, user["id"]) for guild_id, user in people}),
        "roles": len({(guild_id, role["id"]) for guild_id, user in people for role in user.get("roles", [])}),
        "messages": len(raws),
        "message_revisions": sum(_earlier_texts(archive, message.id) for message in archive.messages),
        **{part: sum(len(raw.get(part, [])) for raw in raws) for part in _LISTS},
        "reaction_users": sum(len(reaction.get("users", [])) for raw in raws for reaction in raw["reactions"]),
        "inline_emojis": sum(len(raw.get("inlineEmojis", [])) for raw in raws),
        "interactions": sum("interaction" in raw for raw in raws),
        "forwarded_messages": sum("forwardedMessage" in raw for raw in raws),
        "channel_authors": len({(m.channel_id, m.author_id) for m in archive.messages if m.is_persons}),
    }


_LISTS = ("attachments", "embeds", "stickers", "reactions", "mentions")


def _places(archive: Archive) -> set[str]:
    """Return the channels with a file of their own, and the parents these name."""
    parents = {channel.get("categoryId") for channel in archive.channels.values()}
    return {str(channel_id) for channel_id in archive.channels} | (parents - {None, "0"})


def _earlier_texts(archive: Archive, message_id: int) -> int:
    """Return how many texts of a message were seen that are not its last one."""
    observed = sorted(
        archive.observations[message_id], key=lambda pair: (pair[0].observed_at, pair[1]["timestampEdited"] or "")
    )
    texts = {raw["content"] for _, raw in observed}
    return len(texts - {observed[-1][1]["content"]})
