-- What did the file say beside its messages, and were they in falling order?
SELECT header, first_message_id > last_message_id FROM ledger WHERE sha256 = %(sha256)s AND status <> 'rejected';
