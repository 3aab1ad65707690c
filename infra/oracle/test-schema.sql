-- Makes the user in whose schema the tests work, with no more rights than they need: its tables are its own, so it
-- may read their past (FLASHBACK) without a grant. Can be run again: it then sets the password anew.
--
-- For SQL*Plus or SQLcl, in the pluggable database, by SYS (AS SYSDBA) or, on Autonomous Database, by ADMIN:
--   DEFINE test_user = ORAFERRY_TEST
--   ACCEPT test_password CHAR PROMPT 'Password: ' HIDE
--   @infra/oracle/test-schema.sql
-- DROP USER oraferry_test CASCADE undoes it.

WHENEVER SQLERROR EXIT FAILURE
-- Substituted lines would be shown before and after, and the password with them.
SET VERIFY OFF

-- https://docs.oracle.com/en/database/oracle/oracle-database/23/sqlrf/CREATE-USER.html
DECLARE
  found PLS_INTEGER;
  its_tablespace dba_users.default_tablespace%TYPE;
BEGIN
  SELECT COUNT(*) INTO found FROM dba_users WHERE username = UPPER('&test_user');
  EXECUTE IMMEDIATE CASE found WHEN 0 THEN 'CREATE' ELSE 'ALTER' END
    || ' USER &test_user IDENTIFIED BY "&test_password"';
  -- Its name differs: USERS, or DATA on Autonomous Database.
  SELECT default_tablespace INTO its_tablespace FROM dba_users WHERE username = UPPER('&test_user');
  EXECUTE IMMEDIATE 'ALTER USER &test_user QUOTA 2G ON "' || its_tablespace || '"';
END;
/

GRANT CREATE SESSION, CREATE TABLE, CREATE VIEW, CREATE SYNONYM TO &test_user;

-- The SCN. ADMIN may not pass every object of SYS on (ORA-01031, ORA-00942); a role is what is left then.
-- https://docs.oracle.com/en-us/iaas/autonomous-database-serverless/doc/autonomous-admin-user-roles.html
DECLARE
  FUNCTION granted(what VARCHAR2) RETURN BOOLEAN IS
  BEGIN
    EXECUTE IMMEDIATE 'GRANT ' || what || ' TO &test_user';
    RETURN TRUE;
  EXCEPTION
    WHEN OTHERS THEN
      IF SQLCODE IN (-1031, -942) THEN RETURN FALSE; END IF;
      RAISE;
  END;
BEGIN
  IF NOT granted('SELECT ON sys.v_$database') AND NOT granted('EXECUTE ON sys.dbms_flashback') THEN
    EXECUTE IMMEDIATE 'GRANT SELECT_CATALOG_ROLE TO &test_user';
  END IF;
END;
/
