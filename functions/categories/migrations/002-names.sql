-- Names as people compare them and as addresses write them. Slugs keep letters of every script (docs/decisions/0011-slugs.md).

-- Without code points that show nothing (Default_Ignorable_Code_Point).
CREATE FUNCTION visible(value text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE RETURN
  regexp_replace(value, '[\u00AD\u034F\u061C\u115F\u1160\u17B4\u17B5\u180B-\u180F\u200B-\u200F\u202A-\u202E\u2060-\u206F\u3164\uFE00-\uFE0F\uFEFF\uFFA0\uFFF0-\uFFF8\U0001BCA0-\U0001BCA3\U0001D173-\U0001D17A\U000E0000-\U000E0FFF]', '', 'g');

-- NFKC_Casefold with white space collapsed: equal for names that are one name. Empty when nothing of the name can be seen.
CREATE FUNCTION name_key(value text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE RETURN
  btrim(regexp_replace(normalize(casefold(normalize(visible(value), NFKC) COLLATE "pg_unicode_fast"), NFKC), '[[:space:]]+', ' ', 'g'));

-- The name as it is shown: without marks that turn the direction of the text around it, white space collapsed.
CREATE FUNCTION display_name(value text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE RETURN
  btrim(regexp_replace(regexp_replace(normalize(value, NFC), '[\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]', '', 'g'), '[[:space:]]+', ' ', 'g'));

-- "C#" c-sharp, "C++" c-plus-plus, ".NET" dot-net, "R&D" r-and-d, "日本語" 日本語, "!!!" category.
CREATE FUNCTION slug_of(value text) RETURNS text LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE slug text := regexp_replace(name_key(value), '[''’ʼ]', '', 'g');
BEGIN
  slug := regexp_replace(slug, '(^|\s)\.(?=[[:alnum:]])', '\1dot ', 'g');
  slug := replace(replace(replace(replace(replace(slug, '#', ' sharp '), '+', ' plus '), '&', ' and '), '@', ' at '), '%', ' percent ');
  -- In this collation punctuation includes symbols, emoji among them; marks that letters carry stay.
  slug := regexp_replace(slug COLLATE "pg_c_utf8", '([^[:graph:]]|[[:punct:]])+', '-', 'g');
  slug := btrim(left(btrim(slug, '-'), 80), '-');
  RETURN CASE WHEN slug = '' THEN 'category' ELSE slug END;
END $$;

-- What a slug looks like: without accents, and Cyrillic, Greek and Armenian letters as the Latin ones they resemble.
CREATE FUNCTION skeleton(slug text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE RETURN
  translate(regexp_replace(normalize(slug, NFD), '[\u0300-\u036F]', '', 'g'),
    'аеіјкорсухѕԁԛԝһνοραικυχօոսհցıɡɑ',
    'aeijkopcyxsdqwhvopaikuxonuhgiga');
