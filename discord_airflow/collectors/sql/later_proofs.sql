-- Which later exports are proven to have shown everything in their range, somewhere between these ids?
SELECT after_id, before_id, observed_at
  FROM coverage
 WHERE channel_id = %(channel_id)s AND state IN ('complete', 'empty') AND observed_at > %(observed_at)s
   AND after_id < %(last_id)s AND before_id > %(first_id)s
 ORDER BY observed_at, after_id, before_id;
