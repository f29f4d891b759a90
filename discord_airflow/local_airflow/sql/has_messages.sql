-- Was anything imported yet?
SELECT EXISTS (SELECT FROM messages)
