-- When the relay wakes web to tell the cache what it could not be told: in the first minute of each ten, while something is owed. Who notes it tries
-- again by itself after a minute; a cache that is away for hours is not asked each minute.
CREATE FUNCTION next_due() RETURNS timestamptz LANGUAGE sql STABLE SECURITY DEFINER SET search_path = web, pg_temp
BEGIN ATOMIC
  SELECT CASE WHEN clock_timestamp() < bin + interval '1 minute' THEN bin ELSE bin + interval '10 minutes' END
  FROM date_bin(interval '10 minutes', clock_timestamp(), timestamptz '2000-01-01 00:00:00+00') AS bin
  WHERE EXISTS (SELECT FROM purges);
END;
REVOKE EXECUTE ON FUNCTION next_due() FROM PUBLIC;
DO $$ BEGIN
  -- Not there in databases of few functions, as tests have them.
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'relay') THEN
    GRANT USAGE ON SCHEMA web TO relay;
    GRANT EXECUTE ON FUNCTION next_due() TO relay;
  END IF;
END $$;
