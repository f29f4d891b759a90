-- Forget that a report's summary was posted, so that it can be posted again.
DELETE FROM posted_pieces WHERE report_day = %(report_day)s AND webhook_id = %(webhook_id)s;
