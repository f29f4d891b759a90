-- And which roles do they list?
INSERT INTO incoming_roles
SELECT DISTINCT (role ->> 'id')::bigint, role ->> 'name', role ->> 'color', (role ->> 'position')::integer
  FROM (SELECT DISTINCT p.roles
          FROM seen_people s JOIN profiles p ON p.user_id = s.user_id AND p.digest = s.profile) AS known
       CROSS JOIN jsonb_array_elements(known.roles) AS role;
