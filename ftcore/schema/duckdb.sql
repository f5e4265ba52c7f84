-- What DuckDB and PostgreSQL say differently, under one name. Re-created at each start.

-- Great-circle distance in km between two points in degrees (haversine, mean radius 6371 km).
CREATE OR REPLACE MACRO distance_km(lat1, lon1, lat2, lon2) AS
    2 * 6371 * asin(sqrt(
        power(sin(radians(lat2 - lat1) / 2), 2)
        + cos(radians(lat1)) * cos(radians(lat2)) * power(sin(radians(lon2 - lon1) / 2), 2)
    ));

-- The items that two lists share.
CREATE OR REPLACE MACRO shared_items(a, b) AS list_intersect(a, b);

-- How many items a list has.
CREATE OR REPLACE MACRO item_count(a) AS len(a);

-- The part of the weights that belongs to the items of a list that somebody has.
CREATE OR REPLACE MACRO held_share(held, wanted, weights) AS
    list_sum(list_transform(wanted, lambda w, i: CASE WHEN list_contains(held, w) THEN weights[i] ELSE 0.0 END))
    / list_sum(weights);

-- A place name as it is compared: no case, no accents, one space for whatever stands between words.
CREATE OR REPLACE MACRO place_key(name) AS
    trim(regexp_replace(strip_accents(replace(lower(name), 'œ', 'oe')), '[^a-z0-9]+', ' ', 'g'));
