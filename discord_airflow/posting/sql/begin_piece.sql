-- Note that a message is about to be sent; from here on it counts as posted unless Discord refuses it.
INSERT INTO posted_pieces (report_day, webhook_id, piece, pieces, text_sha256)
VALUES (%(report_day)s, %(webhook_id)s, %(piece)s, %(pieces)s, %(text_sha256)s);
