"""Addresses of icons, avatars, emoji and stickers, made from the short hashes a world holds."""

from __future__ import annotations

from standin.timeline import Facts

_CDN = "https://cdn.discordapp.com"
_EMOJI = "https://emoji.example/svg"


def _image(path: str, picture: str) -> str:
    return f"{_CDN}/{path}/{picture}.{'gif' if picture.startswith('a_') else 'png'}?size=512"


def guild_icon(guild: Facts) -> str:
    """Return a server's icon; never null."""
    if not guild.get("icon"):
        return f"{_CDN}/embed/avatars/0.png"
    return _image(f"icons/{guild['id']}", guild["icon"])


def channel_icon(channel: Facts) -> str | None:
    """Return the icon of a group conversation."""
    return _image(f"channel-icons/{channel['id']}", channel["icon"]) if channel.get("icon") else None


def avatar(user: Facts, member: Facts | None, guild_id: int) -> str:
    """Return a person's picture: the server's, else their own, else one of Discord's."""
    if member and member.get("avatar"):
        return _image(f"guilds/{guild_id}/users/{user['id']}/avatars", member["avatar"])
    if user.get("avatar"):
        return _image(f"avatars/{user['id']}", user["avatar"])
    number = int(user["discriminator"])
    default = number % 5 if number else (user["id"] >> 22) % 6
    return f"{_CDN}/embed/avatars/{user.get('default_avatar', default)}.png"


def emoji_image(emoji: Facts) -> str:
    """Return the picture of an emoji."""
    if emoji["id"] is not None:
        return f"{_CDN}/emojis/{emoji['id']}.{'gif' if emoji['animated'] else 'png'}"
    runes = [f"{ord(character):x}" for character in emoji["name"] if character != "\ufe0f"]
    return f"{_EMOJI}/{'-'.join(runes)}.svg"


def sticker_image(sticker: Facts) -> str:
    """Return where a sticker's picture lies."""
    return f"{_CDN}/stickers/{sticker['id']}.{ {3: 'json', 4: 'gif'}.get(sticker['format'], 'png') }"
