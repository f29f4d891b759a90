-- Note the message that Discord made of a piece.
UPDATE posted_pieces SET message_id = %(message_id)s
 WHERE report_day = %(report_day)s AND webhook_id = %(webhook_id)s AND piece = %(piece)s;
