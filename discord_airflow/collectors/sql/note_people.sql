-- Whom do these messages show? Their blocks are stored with them.
INSERT INTO seen_people
(         SELECT author_id, author_profile FROM messages WHERE id = ANY (%(ids)b::bigint[])
    UNION SELECT user_id, profile FROM reaction_users WHERE message_id = ANY (%(ids)b::bigint[])
    UNION SELECT user_id, profile FROM mentions WHERE message_id = ANY (%(ids)b::bigint[])
    UNION SELECT user_id, profile FROM interactions WHERE message_id = ANY (%(ids)b::bigint[])
) EXCEPT SELECT user_id, profile FROM seen_people;
