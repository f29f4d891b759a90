-- Forget a message that Discord refused; it was not posted.
DELETE FROM posted_pieces
 WHERE report_day = %(report_day)s AND webhook_id = %(webhook_id)s AND piece = %(piece)s;
