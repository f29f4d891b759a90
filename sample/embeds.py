"""Embeds, attachments and stickers in the exporter's shape (2.47)."""

from __future__ import annotations

import hashlib
from typing import Any


def embed(title: str, url: str | None, description: str, **parts: Any) -> dict[str, Any]:
    """Return an embed with its keys in writing order; *parts* are the optional ones, named as exported."""
    body: dict[str, Any] = {
        "title": title,
        "url": url,
        "timestamp": parts.get("timestamp"),
        "description": description,
    }
    for key in ("color", "author", "thumbnail", "image", "video", "footer"):
        if key in parts:
            body[key] = parts[key]
    body["images"] = [parts["image"]] if "image" in parts else []
    body["fields"] = parts.get("fields", [])
    body["inlineEmojis"] = []
    return body


def link_preview(title: str, description: str, url: str, site: str) -> dict[str, Any]:
    """Return the preview of a link, with the site's picture."""
    host = url.split("/")[2]
    return embed(
        title,
        url,
        description,
        author={"name": site, "url": f"https://{host}"},
        thumbnail=_picture(host, 128, 128),
    )


def video_preview(title: str, url: str, player: str) -> dict[str, Any]:
    """Return the preview of a video page."""
    host = url.split("/")[2]
    video = {"url": player, "canonicalUrl": player, "width": 1280, "height": 720}
    return embed(title, url, "", color="#D64541", thumbnail=_picture(host, 1280, 720), video=video)


def _picture(host: str, width: int, height: int) -> dict[str, Any]:
    original = f"https://{host}/preview.png"
    mark = hashlib.sha256(original.encode()).hexdigest()[:24]
    proxy = f"https://images-ext-1.discordapp.net/external/{mark}/https/{host}/preview.png"
    return {"url": proxy, "canonicalUrl": original, "width": width, "height": height}


def attachment(identity: str, channel_id: str, file_name: str, size: int) -> dict[str, Any]:
    """Return an attachment with the signed address that Discord hands out."""
    mark = hashlib.sha256(f"{identity}/{file_name}".encode()).hexdigest()
    query = f"ex={mark[:8]}&is={mark[8:16]}&hm={mark[16:56]}&"
    url = f"https://cdn.discordapp.com/attachments/{channel_id}/{identity}/{file_name}?{query}"
    return {"id": identity, "url": url, "fileName": file_name, "fileSizeBytes": size}


def sticker(identity: str, name: str) -> dict[str, Any]:
    """Return a server's sticker."""
    address = f"https://cdn.discordapp.com/stickers/{identity}.png"
    return {"id": identity, "name": name, "format": "Png", "sourceUrl": address}
