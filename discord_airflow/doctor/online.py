"""The one check that talks to Discord: does it take the token?"""

from collections.abc import Iterator

import httpx

from discord_airflow.doctor.finding import Finding, fail, ok, warn
from discord_airflow.settings import Settings

_SECONDS = 3.0
_WHO_AM_I = "https://discord.com/api/v10/users/@me"


def check_discord(settings: Settings) -> Iterator[Finding]:
    """Ask Discord whose the token is; nothing else is asked, and the answer's name is not told."""
    token = settings.discord.token.get_secret_value().strip() if settings.discord.token else ""
    if not token:
        return
    kinds = {"bot": ("Bot ",), "personal": ("",), "auto": ("Bot ", "")}[settings.export.token_kind]
    try:
        with httpx.Client(timeout=_SECONDS, follow_redirects=False) as client:
            answers = [client.get(_WHO_AM_I, headers={"Authorization": f"{kind}{token}"}).status_code for kind in kinds]
    except (httpx.HTTPError, ValueError) as error:
        # Not the error's own words: a header that cannot be sent is repeated in them.
        fix = "check the network and HTTPS_PROXY; a token holds no spaces and no other alphabet"
        yield warn("discord", f"could not be asked ({type(error).__name__})", fix)
        return
    if 200 in answers:
        whose = "a bot" if kinds[answers.index(200)] else "a personal account"
        yield ok("discord", f"takes the token, as that of {whose}")
    elif 401 in answers:
        fix = "make a new token (docs/setup-discord-bot.md), set DISCORD_TOKEN in .env, and check export.token_kind"
        yield fail("discord", "does not take the token", fix)
    else:
        yield warn("discord", f"answers {answers[0]}, so nothing is known of the token", "try again in some minutes")
