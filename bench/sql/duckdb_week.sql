-- The week's messages by people, read from the exports by DuckDB's own reader; only the keys that the question needs.
CREATE TEMP TABLE week AS
SELECT guild.id::BIGINT AS guild_id, channel.id::BIGINT AS channel_id, m.author.id::BIGINT AS author_id,
       m.timestamp::TIMESTAMPTZ AT TIME ZONE 'UTC' AS sent_at
  FROM (SELECT guild, channel, unnest(messages) AS m
          FROM read_json($files, format = 'unstructured', maximum_object_size = 2147483647,
                         columns = {guild: 'STRUCT(id VARCHAR)', channel: 'STRUCT(id VARCHAR)',
                                    messages: 'STRUCT(id VARCHAR, type VARCHAR, "timestamp" VARCHAR,
                                                      author STRUCT(id VARCHAR, isBot BOOLEAN))[]'}))
 WHERE m.type IN ('Default', 'Reply') AND NOT m.author.isBot
   AND m.timestamp::TIMESTAMPTZ >= $since::TIMESTAMPTZ AND m.timestamp::TIMESTAMPTZ < $until::TIMESTAMPTZ
