-- Default privileges would give others the SQL that servers execute.
DO $$
DECLARE
  granted record;
BEGIN
  FOR granted IN
    SELECT DISTINCT
           CASE c.relkind WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END AS kind,
           c.relname,
           CASE g.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(g.grantee)) END AS grantee
      FROM pg_class c, aclexplode(c.relacl) AS g
     WHERE c.relnamespace = 'pgresult'::regnamespace
       AND c.relowner = (SELECT oid FROM pg_roles WHERE rolname = current_user)
       AND c.relkind IN ('r', 'S')
       AND g.grantee <> c.relowner
  LOOP
    EXECUTE format('REVOKE ALL ON %s pgresult.%I FROM %s', granted.kind, granted.relname, granted.grantee);
  END LOOP;
END
$$;
