"""A notice: what is told, before any way of telling it has given it a form."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Notice:
    """One thing to tell: *subject* in a few words of ours, *text* in whole sentences."""

    subject: str
    text: str

    def for_discord(self) -> str:
        """Return the notice as one message of Discord; what would ping or link there is seen to by the webhook."""
        return f"**{self.subject}**\n{self.text}"

    def for_mail(self) -> str:
        """Return the notice as the plain text of an e-mail, without Discord's marks."""
        return f"{self.text.replace('`', '')}\n"
