"""What a collection asks of a database, answered by one that is empty."""


class Nothing:
    """A database that knows nothing yet."""

    def channels(self, _guild_id):
        return {}

    def witness(self, _channel_id, _at_or_before):
        return None

    def stored(self, _channel_id, _window):
        return 0, None
