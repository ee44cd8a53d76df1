-- The n-th colour of an endless sequence (docs/decisions/0012-categories.md): hue by the golden angle, lightness and chroma by
-- two more irrational steps, in OKLCH, with the chroma brought into sRGB. White text (#ffffff) on it has a contrast
-- of at least 4.5:1 (WCAG 2.2), whatever the theme around it.
CREATE FUNCTION color_at(n integer) RETURNS text LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
  hue float8 := 2 * pi() * mod((0.12 + n * 0.6180339887)::numeric, 1)::float8;
  lightness float8 := 0.32 + 0.28 * mod((0.16 + n * 0.8191725134)::numeric, 1)::float8;
  share float8 := 0.6 + 0.4 * mod((0.34 + n * 0.7320508076)::numeric, 1)::float8;
  low float8;
  high float8;
  middle float8;
  color text;
BEGIN
  LOOP
    low := 0;
    high := 0.33;
    FOR step IN 1..14 LOOP
      middle := (low + high) / 2;
      IF oklch_fits(lightness, middle, hue) THEN low := middle; ELSE high := middle; END IF;
    END LOOP;
    color := oklch_hex(lightness, low * share, hue);
    EXIT WHEN 1.05 / (luminance(color) + 0.05) >= 4.55;
    lightness := lightness - 0.01;
  END LOOP;
  RETURN color;
END $$;

-- OKLCH → linear sRGB (Björn Ottosson's OKLab, 2020).
CREATE FUNCTION oklch_linear(lightness float8, chroma float8, hue float8) RETURNS float8[] LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
  a float8 := chroma * cos(hue);
  b float8 := chroma * sin(hue);
  l float8 := power(lightness + 0.3963377774 * a + 0.2158037573 * b, 3);
  m float8 := power(lightness - 0.1055613458 * a - 0.0638541728 * b, 3);
  s float8 := power(lightness - 0.0894841775 * a - 1.2914855480 * b, 3);
BEGIN
  RETURN ARRAY[
    4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
    -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
    -0.0041960863 * l - 0.7034186147 * m + 1.7076147010 * s];
END $$;

CREATE FUNCTION oklch_fits(lightness float8, chroma float8, hue float8) RETURNS boolean LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE rgb float8[] := oklch_linear(lightness, chroma, hue);
BEGIN
  RETURN least(rgb[1], rgb[2], rgb[3]) >= -0.0001 AND greatest(rgb[1], rgb[2], rgb[3]) <= 1.0001;
END $$;

CREATE FUNCTION oklch_hex(lightness float8, chroma float8, hue float8) RETURNS text LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
  linear float8;
  color text := '#';
BEGIN
  FOREACH linear IN ARRAY oklch_linear(lightness, chroma, hue) LOOP
    linear := least(1, greatest(0, linear));
    linear := CASE WHEN linear <= 0.0031308 THEN 12.92 * linear ELSE 1.055 * power(linear, 1 / 2.4::float8) - 0.055 END;
    color := color || lpad(to_hex(round(255 * linear)::integer), 2, '0');
  END LOOP;
  RETURN color;
END $$;

-- Relative luminance of `#rrggbb` as WCAG 2.2 defines it.
CREATE FUNCTION luminance(color text) RETURNS float8 LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE RETURN (
  SELECT sum(weight * CASE WHEN value <= 0.04045 THEN value / 12.92 ELSE power((value + 0.055) / 1.055, 2.4::float8) END)
  FROM (VALUES (2, 0.2126::float8), (4, 0.7152), (6, 0.0722)) AS part (place, weight),
  LATERAL (SELECT ('x' || substr(color, place, 2))::bit(8)::integer / 255::float8 AS value) AS read
);

-- The lowest place of the sequence that nobody has, and whose colour nobody has (two places may round to one colour).
CREATE FUNCTION free_color(OUT place integer, OUT color text) LANGUAGE plpgsql AS $$
BEGIN
  place := 0;
  LOOP
    SELECT coalesce(min(taken.color_index) + 1, place) INTO place FROM categories AS taken
    WHERE taken.color_index >= place AND EXISTS (SELECT FROM categories AS first WHERE first.color_index = place)
      AND NOT EXISTS (SELECT FROM categories AS next WHERE next.color_index = taken.color_index + 1);
    color := color_at(place);
    EXIT WHEN NOT EXISTS (SELECT FROM categories AS taken WHERE taken.color = free_color.color);
    place := place + 1;
  END LOOP;
END $$;
