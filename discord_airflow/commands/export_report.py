"""What an export did, for people and for programs; names from Discord can do nothing in a terminal."""

import json
from typing import Any

from discord_airflow.collectors.exporter import ExportSummary
from discord_airflow.collectors.outcome import State
from discord_airflow.terminal import say


def print_summary(summary: ExportSummary, *, as_json: bool) -> None:
    """Print how the run ended, first what needs attention."""
    if as_json:
        say(json.dumps(summary_data(summary), ensure_ascii=False, indent=2))
        return
    for listing in summary.plan.listings:
        if listing.trouble is not None:
            say(f"Server {listing.guild_id} cannot be listed: {plain(listing.trouble.reason)}.")
    for exported in summary.exported:
        if not exported.verdict.proven:
            say(
                f"{exported.verdict.state:<9} {plain(exported.name)} ({exported.channel_id}): "
                f"{plain(exported.verdict.reason)}"
            )
    for number, name in summary.plan.vanished:
        say(f"vanished  {plain(name)} ({number}): the server does not list it any more")
    for channel in summary.plan.new:
        say(f"new       {plain(channel.name)} ({channel.id})")
    messages = sum(exported.messages for exported in summary.exported)
    counts = ", ".join(f"{summary.count(state)} {state}" for state in State)
    say(f"{len(summary.exported)} windows exported, {messages} messages: {counts}.")
    if quiet := summary.count(State.EMPTY):
        say(f"{quiet} had nothing new; the listing does not tell a channel's newest message, so each was asked.")
    if summary.stopped:
        say(f"Stopped: {plain(summary.stopped)}. {len(summary.not_tried)} windows were not tried.")


def summary_data(summary: ExportSummary) -> dict[str, Any]:
    """Return the run as JSON values; ids are strings."""
    return {
        "windows": [
            {
                "guild_id": str(one.guild_id),
                "channel_id": str(one.channel_id),
                "channel": one.name,
                "after": str(one.window.after),
                "before": str(one.window.before),
                "state": one.verdict.state,
                "reason": one.verdict.reason,
                "messages": one.messages,
                "file": str(one.path),
            }
            for one in summary.exported
        ],
        "counts": {state.value: summary.count(state) for state in State},
        "new": [str(channel.id) for channel in summary.plan.new],
        "vanished": [str(number) for number, _ in summary.plan.vanished],
        "servers_not_listed": {
            str(listing.guild_id): listing.trouble.reason for listing in summary.plan.listings if listing.trouble
        },
        "not_tried": len(summary.not_tried),
        "stopped": summary.stopped,
    }


def plain(text: str) -> str:
    """Return *text* on one line, without characters that steer a terminal; names come from strangers."""
    return "".join(character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in text)
