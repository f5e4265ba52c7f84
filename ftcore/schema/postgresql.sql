-- What DuckDB and PostgreSQL say differently, under one name. Re-created at each start.

-- Great-circle distance in km between two points in degrees (haversine, mean radius 6371 km).
CREATE OR REPLACE FUNCTION distance_km(
    lat1 DOUBLE PRECISION, lon1 DOUBLE PRECISION, lat2 DOUBLE PRECISION, lon2 DOUBLE PRECISION
) RETURNS DOUBLE PRECISION LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT 2 * 6371 * asin(sqrt(
        power(sin(radians(lat2 - lat1) / 2), 2)
        + cos(radians(lat1)) * cos(radians(lat2)) * power(sin(radians(lon2 - lon1) / 2), 2)
    ))
$$;

-- The items that two lists share.
CREATE OR REPLACE FUNCTION shared_items(a TEXT[], b TEXT[]) RETURNS TEXT[]
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT ARRAY(SELECT unnest(a) INTERSECT SELECT unnest(b))
$$;

-- How many items a list has.
CREATE OR REPLACE FUNCTION item_count(a TEXT[]) RETURNS INTEGER
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT cardinality(a)
$$;

-- The part of the weights that belongs to the items of a list that somebody has.
CREATE OR REPLACE FUNCTION held_share(held TEXT[], wanted TEXT[], weights DOUBLE PRECISION[]) RETURNS DOUBLE PRECISION
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT sum(CASE WHEN w.item = ANY(held) THEN w.weight ELSE 0.0 END) / sum(w.weight)
    FROM unnest(wanted, weights) AS w (item, weight)
$$;

-- A place name as it is compared: no case, no accents, one space for whatever stands between words.
CREATE OR REPLACE FUNCTION place_key(name TEXT) RETURNS TEXT
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT trim(regexp_replace(
        translate(
            replace(replace(lower(name), 'œ', 'oe'), 'æ', 'ae'),
            'àâäáãåçèéêëìíîïñòóôöõùúûüýÿ',
            'aaaaaaceeeeiiiinooooouuuuyy'
        ),
        '[^a-z0-9]+', ' ', 'g'
    ))
$$;

-- What is asked for at every turn of a dispatcher, or for every callback, must not read whole tables.
CREATE INDEX IF NOT EXISTS message_queued ON message (not_before_utc) WHERE state = 'queued';
CREATE INDEX IF NOT EXISTS message_claimed ON message (claimed_utc) WHERE state = 'claimed';
CREATE INDEX IF NOT EXISTS message_gateway_id ON message (gateway_id);
CREATE INDEX IF NOT EXISTS message_phone ON message (phone);
CREATE INDEX IF NOT EXISTS message_conversation ON message (agency_id, conversation_id);
CREATE INDEX IF NOT EXISTS conversation_phone ON conversation (phone);
CREATE INDEX IF NOT EXISTS conversation_campaign ON conversation (agency_id, campaign_id);
CREATE INDEX IF NOT EXISTS reply_conversation ON reply (agency_id, conversation_id);
CREATE INDEX IF NOT EXISTS candidate_occupation ON candidate (agency_id, occupation_code);
CREATE INDEX IF NOT EXISTS conversation_opened ON conversation (agency_id, opened_utc);
CREATE INDEX IF NOT EXISTS callback_unread ON callback (received_utc) WHERE handled_utc IS NULL;
