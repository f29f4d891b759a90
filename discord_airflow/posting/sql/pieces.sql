-- Which messages of a report's summary did a webhook post, or begin to post?
SELECT piece, pieces, text_sha256, message_id
  FROM posted_pieces
 WHERE report_day = %(report_day)s AND webhook_id = %(webhook_id)s
 ORDER BY piece;
