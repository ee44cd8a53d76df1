-- Mails name people as pages do.
DO $$
DECLARE
  consumer text;
BEGIN
  FOREACH consumer IN ARRAY ARRAY['newsletter', 'mail'] LOOP
    -- Not there in a database of few functions, as tests have them.
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = consumer) THEN
      EXECUTE format('GRANT EXECUTE ON FUNCTION display_names(text[]) TO %I', consumer);
    END IF;
  END LOOP;
END $$;
