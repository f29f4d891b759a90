-- Which entries of the file repeat an id and lose? The newest edit wins, then the entry that comes later.
SELECT place
  FROM (SELECT place, row_number() OVER (PARTITION BY id ORDER BY edited_at DESC NULLS LAST, place DESC) AS rank
          FROM incoming_messages) ranked
 WHERE rank > 1;
