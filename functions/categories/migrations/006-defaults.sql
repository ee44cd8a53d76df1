-- Offered from the start and never removed.
DO $$
DECLARE default_name text;
BEGIN
  FOREACH default_name IN ARRAY ARRAY['General', 'Technology', 'Science', 'Culture', 'Travel'] LOOP
    PERFORM get_or_create(default_name);
  END LOOP;
  UPDATE categories SET is_default = true, announced = true;
END $$;
