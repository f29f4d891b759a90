"""Writes the parts of a message: people, emoji, attachments, embeds, stickers, with each release's keys."""

from __future__ import annotations

from standin.context import Context
from standin.emoji import emoji_code, inline_emojis
from standin.failures import sticker_error
from standin.json_stream import JsonStream
from standin.kinds import sticker_format
from standin.pictures import emoji_image, sticker_image
from standin.timeline import Facts


class PartWriter:
    """Knows the shapes below a message."""

    def __init__(self, stream: JsonStream, context: Context) -> None:
        self.stream = stream
        self.context = context
        self.version = context.version

    def write_user(self, user: Facts, *, shape: str = "author") -> None:
        """Write a person; *shape* is "author", "mention" or "reactor", which differ by release."""
        out, version = self.stream, self.version
        full = shape == "author" or (shape == "mention" and version >= (2, 38, 0))
        out.begin("{")
        out.field("id", str(user["id"]))
        out.field("name", user["name"])
        self._write_discriminator(user, shape)
        if shape != "author" or version >= (2, 27, 0):
            out.field("nickname", self.context.nickname(user))
        if (full and version >= (2, 27, 0)) or (shape == "reactor" and version >= (2, 44, 0)):
            out.field("color", self.context.color_of(user))
        out.field("isBot", bool(user.get("bot")))
        if full and version >= (2, 40, 1):
            self._write_roles(user)
        if full or shape == "reactor":
            out.field("avatarUrl", self.context.avatar_of(user))
        out.end("}")
        out.flush()

    def _write_discriminator(self, user: Facts, shape: str) -> None:
        if shape == "mention" and self.version < (2, 27, 0):
            self.stream.field("discriminator", int(user["discriminator"]))
        else:
            self.stream.field("discriminator", user["discriminator"])

    def _write_roles(self, user: Facts) -> None:
        out = self.stream
        out.begin("[", "roles")
        for role in self.context.roles_of(user):
            out.begin("{")
            out.field("id", str(role["id"]))
            out.field("name", role["name"])
            out.field("color", role["color"])
            out.field("position", role["position"])
            out.end("}")
        out.end("]")
        out.flush()

    def write_emoji(self, emoji: Facts) -> None:
        """Write an emoji; the id of a standard one is "" since 2.33, null before."""
        out = self.stream
        standard = "" if self.version >= (2, 33, 0) else None
        out.begin("{")
        out.field("id", standard if emoji["id"] is None else str(emoji["id"]))
        out.field("name", emoji["name"] or "Unknown Emoji")
        if self.version >= (2, 38, 0):
            out.field("code", emoji_code(emoji))
        out.field("isAnimated", emoji["animated"])
        out.field("imageUrl", self.context.asset(emoji_image(emoji)))
        out.end("}")
        out.flush()

    def write_inline_emojis(self, raw: str) -> None:
        """Write the emoji that stand in a raw text (2.44)."""
        if self.version >= (2, 44, 0):
            self.stream.begin("[", "inlineEmojis")
            for emoji in inline_emojis(raw):
                self.write_emoji(emoji)
            self.stream.end("]")

    def write_attachments(self, attachments: list[Facts]) -> None:
        """Write the list of attachments."""
        out = self.stream
        out.begin("[", "attachments")
        for attachment in attachments:
            out.begin("{")
            out.field("id", str(attachment["id"]))
            out.field("url", self.context.asset(attachment["url"]))
            out.field("fileName", attachment["name"])
            out.field("fileSizeBytes", attachment["size"])
            out.end("}")
        out.end("]")

    def write_stickers(self, stickers: list[Facts]) -> None:
        """Write the list of stickers (2.33); one of unknown format ends the run."""
        if self.version < (2, 33, 0):
            return
        out = self.stream
        out.begin("[", "stickers")
        for sticker in stickers:
            kind = sticker_format(sticker["format"], self.version)
            if kind is None:
                raise sticker_error(sticker["id"], sticker["format"])
            out.begin("{")
            out.field("id", str(sticker["id"]))
            out.field("name", sticker["name"])
            out.field("format", kind)
            out.field("sourceUrl", self.context.asset(sticker_image(sticker)))
            out.end("}")
            out.flush()
        out.end("]")

    def write_embeds(self, embeds: list[Facts]) -> None:
        """Write the list of embeds."""
        self.stream.begin("[", "embeds")
        for embed in embeds:
            self._write_embed(embed)
        self.stream.end("]")

    def _write_embed(self, embed: Facts) -> None:
        out, version, text = self.stream, self.version, self.context.text
        missing = "" if version >= (2, 20, 0) else None
        title, description = embed.get("title"), embed.get("description")
        out.begin("{")
        out.field("title", text(title) if title else missing)
        out.field("url", embed.get("url"))
        out.field("timestamp", self.context.moment(embed["timestamp"]) if embed.get("timestamp") else None)
        out.field("description", text(description) if description else missing)
        if version >= (2, 24, 0) and embed.get("color"):
            out.field("color", embed["color"])
        self._write_embed_pictures(embed)
        if version >= (2, 35, 0):
            out.begin("[", "images")
            for image in embed.get("images", []):
                self._write_picture(image)
            out.end("]")
        self._write_fields(embed.get("fields", []))
        self.write_inline_emojis(description or "")
        out.end("}")
        out.flush()

    def _write_embed_pictures(self, embed: Facts) -> None:
        if embed.get("author"):
            author = embed["author"]
            self.stream.begin("{", "author")
            self.stream.field("name", author.get("name"))
            self.stream.field("url", author.get("url"))
            self._write_icon(author)
        self._write_picture(embed.get("thumbnail"), "thumbnail")
        self._write_picture(next(iter(embed.get("images", [])), None), "image")
        if self.version >= (2, 42, 3):
            self._write_picture(embed.get("video"), "video")
        if embed.get("footer"):
            self.stream.begin("{", "footer")
            self.stream.field("text", embed["footer"]["text"])
            self._write_icon(embed["footer"])

    def _write_icon(self, part: Facts) -> None:
        self._write_address(part.get("icon"), part.get("proxy_icon"), "iconUrl", "iconCanonicalUrl")
        self.stream.end("}")
        self.stream.flush()

    def _write_picture(self, picture: Facts | None, key: str | None = None) -> None:
        if picture is None:
            return
        out = self.stream
        out.begin("{", key)
        self._write_address(picture.get("url"), picture.get("proxy"), "url", "canonicalUrl")
        out.field("width", picture.get("width"))
        out.field("height", picture.get("height"))
        out.end("}")
        out.flush()

    def _write_address(self, url: str | None, proxy: str | None, key: str, canonical_key: str) -> None:
        """Write an address: Discord's proxy since 2.28, with the original beside it since 2.46.1."""
        shown = proxy if proxy and self.version >= (2, 28, 0) else url
        if shown:
            self.stream.field(key, self.context.asset(shown))
            if self.version >= (2, 46, 1):
                self.stream.field(canonical_key, url)
        elif self.version < (2, 21, 0):
            self.stream.field(key, None)

    def _write_fields(self, fields: list[Facts]) -> None:
        out, text = self.stream, self.context.text
        out.begin("[", "fields")
        for item in fields:
            out.begin("{")
            out.field("name", text(item["name"]))
            out.field("value", text(item["value"]))
            out.field("isInline", bool(item.get("inline")))
            out.end("}")
            out.flush()
        out.end("]")
