-- What DuckDB and PostgreSQL say differently, under one name. Re-created at each start.

-- Great-circle distance in km between two points in degrees (haversine, mean radius 6371 km).
CREATE OR REPLACE MACRO distance_km(lat1, lon1, lat2, lon2) AS
    2 * 6371 * asin(sqrt(
        power(sin(radians(lat2 - lat1) / 2), 2)
        + cos(radians(lat1)) * cos(radians(lat2)) * power(sin(radians(lon2 - lon1) / 2), 2)
    ));

-- How many items a list has.
CREATE OR REPLACE MACRO item_count(a) AS len(a);

-- Whether a list has an item. Not "= ANY", of which this engine makes a subquery.
CREATE OR REPLACE MACRO has_item(a, item) AS list_contains(a, item);

-- The box in degrees in which somebody lives up to so many km away, a little too wide: 111 km a degree is less than
-- the truth. Everywhere, where the place is unknown or the box would cross the 180th meridian.
CREATE OR REPLACE MACRO box_south(lat, km) AS coalesce(lat - km / 111.0, -90.0);
CREATE OR REPLACE MACRO box_north(lat, km) AS coalesce(lat + km / 111.0, 90.0);
CREATE OR REPLACE MACRO box_half_width(lat, km) AS
    km / 111.0 / greatest(cos(radians(least(abs(lat) + km / 111.0, 90.0))), 0.01);
CREATE OR REPLACE MACRO box_west(lat, lon, km) AS
    CASE WHEN abs(lon) + box_half_width(lat, km) < 180.0 THEN lon - box_half_width(lat, km) ELSE -180.0 END;
CREATE OR REPLACE MACRO box_east(lat, lon, km) AS
    CASE WHEN abs(lon) + box_half_width(lat, km) < 180.0 THEN lon + box_half_width(lat, km) ELSE 180.0 END;

-- A place name as it is compared: no case, no accents, one space for whatever stands between words.
CREATE OR REPLACE MACRO place_key(name) AS
    trim(regexp_replace(strip_accents(replace(lower(name), 'œ', 'oe')), '[^a-z0-9]+', ' ', 'g'));

-- An instant in UTC on the clocks of Paris.
CREATE OR REPLACE MACRO paris_time(instant) AS (instant AT TIME ZONE 'UTC') AT TIME ZONE 'Europe/Paris';

-- The journal is appended to and never changed; here `journal verify` is the guard, and forgetting needs no leave.
CREATE OR REPLACE MACRO allow_forgetting() AS true;
