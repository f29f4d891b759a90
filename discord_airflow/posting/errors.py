"""Why a summary is not posted."""

from discord_airflow.errors import DiscordAirflowError, ServiceDownError, UsageError


class NothingToPostError(DiscordAirflowError):
    """There is nothing to ask about; the sentence says why."""

    permanent = True


class ChangedPostError(DiscordAirflowError):
    """The report was made anew since its summary was approved; trigger `discord_post` again to approve the new one."""

    permanent = True


class UncertainPostError(DiscordAirflowError):
    """A part of a summary may be missing in the channel."""

    exit_code = ServiceDownError.exit_code
    permanent = True


class PostedAlreadyError(UsageError):
    """The summary of this report was posted before, in another text."""
