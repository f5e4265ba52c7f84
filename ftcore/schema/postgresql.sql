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

-- How many items a list has.
CREATE OR REPLACE FUNCTION item_count(a TEXT[]) RETURNS INTEGER
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT cardinality(a)
$$;

-- Whether a list has an item. Not STRICT, or the server would call it a thousand times rather than see through it.
CREATE OR REPLACE FUNCTION has_item(a TEXT[], item TEXT) RETURNS BOOLEAN
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT item = ANY(a)
$$;

-- The box in degrees in which somebody lives up to so many km away, a little too wide: 111 km a degree is less than
-- the truth. Everywhere, where the place is unknown or the box would cross the 180th meridian.
CREATE OR REPLACE FUNCTION box_south(lat DOUBLE PRECISION, km DOUBLE PRECISION) RETURNS DOUBLE PRECISION
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT coalesce(lat - km / 111.0, -90.0)
$$;
CREATE OR REPLACE FUNCTION box_north(lat DOUBLE PRECISION, km DOUBLE PRECISION) RETURNS DOUBLE PRECISION
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT coalesce(lat + km / 111.0, 90.0)
$$;
CREATE OR REPLACE FUNCTION box_half_width(lat DOUBLE PRECISION, km DOUBLE PRECISION) RETURNS DOUBLE PRECISION
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT km / 111.0 / greatest(cos(radians(least(abs(lat) + km / 111.0, 90.0))), 0.01)
$$;
CREATE OR REPLACE FUNCTION box_west(
    lat DOUBLE PRECISION, lon DOUBLE PRECISION, km DOUBLE PRECISION
) RETURNS DOUBLE PRECISION LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN abs(lon) + box_half_width(lat, km) < 180.0 THEN lon - box_half_width(lat, km) ELSE -180.0 END
$$;
CREATE OR REPLACE FUNCTION box_east(
    lat DOUBLE PRECISION, lon DOUBLE PRECISION, km DOUBLE PRECISION
) RETURNS DOUBLE PRECISION LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN abs(lon) + box_half_width(lat, km) < 180.0 THEN lon + box_half_width(lat, km) ELSE 180.0 END
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

-- An instant in UTC on the clocks of Paris.
CREATE OR REPLACE FUNCTION paris_time(instant TIMESTAMP) RETURNS TIMESTAMP
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT (instant AT TIME ZONE 'UTC') AT TIME ZONE 'Europe/Paris'
$$;

-- What is asked for at every turn of a dispatcher, or for every callback, must not read whole tables.
CREATE INDEX IF NOT EXISTS message_queued ON message (not_before_utc) WHERE state = 'queued';
CREATE INDEX IF NOT EXISTS message_claimed ON message (claimed_utc) WHERE state = 'claimed';
CREATE INDEX IF NOT EXISTS message_gateway_id ON message (gateway_id);
CREATE INDEX IF NOT EXISTS message_phone ON message (phone);
CREATE INDEX IF NOT EXISTS message_conversation ON message (agency_id, conversation_id);
CREATE INDEX IF NOT EXISTS conversation_phone ON conversation (phone);
CREATE INDEX IF NOT EXISTS conversation_campaign ON conversation (agency_id, campaign_id);
-- All exchanges of a person, for their rights and for the purge.
CREATE INDEX IF NOT EXISTS conversation_person ON conversation (agency_id, candidate_id);
CREATE INDEX IF NOT EXISTS reply_conversation ON reply (agency_id, conversation_id);
DROP INDEX IF EXISTS candidate_occupation;
-- The boxes are in it so that who is out of reach is told without a look at the table.
CREATE INDEX IF NOT EXISTS candidate_in_pool ON candidate (agency_id, occupation_code, south, north, west, east)
    WHERE left_utc IS NULL;
CREATE INDEX IF NOT EXISTS conversation_opened ON conversation (agency_id, opened_utc);
CREATE INDEX IF NOT EXISTS callback_unread ON callback (received_utc) WHERE handled_utc IS NULL;
-- What the automaton looks for each minute: those who have been silent for long enough.
CREATE INDEX IF NOT EXISTS conversation_silent ON conversation (state, opened_utc)
    WHERE state IN ('waiting', 'availability', 'prerequisite');
-- What Mesures reads: the rows of a period, of one agency or of all; and what the refresh replaces.
CREATE UNIQUE INDEX IF NOT EXISTS outcome_conversation ON outcome (agency_id, conversation_id);
CREATE INDEX IF NOT EXISTS outcome_person ON outcome (agency_id, person);
CREATE INDEX IF NOT EXISTS outcome_day ON outcome (agency_id, day);
CREATE INDEX IF NOT EXISTS outcome_days ON outcome USING brin (day);
CREATE INDEX IF NOT EXISTS outcome_campaign ON outcome (agency_id, campaign_id);
CREATE INDEX IF NOT EXISTS outcome_sum_campaign ON outcome_sum (agency_id, campaign_id);
CREATE INDEX IF NOT EXISTS outcome_sum_day ON outcome_sum (day, agency_id);
CREATE INDEX IF NOT EXISTS outcome_check_conversation ON outcome_check (agency_id, conversation_id);
CREATE INDEX IF NOT EXISTS outcome_check_day ON outcome_check (day, agency_id);
CREATE INDEX IF NOT EXISTS outcome_due_conversation ON outcome_due (agency_id, conversation_id);
CREATE INDEX IF NOT EXISTS outcome_twice_conversation ON outcome_twice (agency_id, conversation_id);
CREATE INDEX IF NOT EXISTS outcome_twice_day ON outcome_twice (day, agency_id);
CREATE UNIQUE INDEX IF NOT EXISTS work_waiting_conversation ON work_waiting (agency_id, conversation_id);
-- Work that waits is a small part of all conversations.
CREATE INDEX IF NOT EXISTS conversation_work ON conversation (agency_id, state, changed_utc)
    WHERE (verdict IS NULL OR verdict = 'to_see')
      AND state IN ('interested', 'needs_human', 'unclear', 'wrong_person', 'availability', 'prerequisite');
CREATE INDEX IF NOT EXISTS conversation_unread ON conversation (agency_id)
    WHERE answered_utc IS NOT NULL AND (seen_utc IS NULL OR answered_utc > seen_utc) AND state <> 'stopped';

-- The journal is appended to and never changed: the server itself refuses anything else, but for the purge, which
-- asks for leave within its transaction. A sharded table takes no triggers; there `journal verify` is the guard.
CREATE OR REPLACE FUNCTION allow_forgetting() RETURNS BOOLEAN LANGUAGE sql AS $$
    SELECT set_config('entremise.forgetting', 'on', true) = 'on'
$$;
CREATE OR REPLACE FUNCTION journal_is_append_only() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'UPDATE' AND current_setting('entremise.forgetting', true) = 'on' THEN
        IF TG_OP = 'DELETE' THEN
            RETURN OLD;
        END IF;
        RETURN NULL;
    END IF;
    RAISE EXCEPTION 'the journal is append-only' USING ERRCODE = 'restrict_violation';
END
$$;
DO $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM pg_extension WHERE extname = 'citus') THEN
        CREATE OR REPLACE TRIGGER journal_rows_stay BEFORE UPDATE OR DELETE ON journal
            FOR EACH ROW EXECUTE FUNCTION journal_is_append_only();
        CREATE OR REPLACE TRIGGER journal_stays BEFORE TRUNCATE ON journal
            FOR EACH STATEMENT EXECUTE FUNCTION journal_is_append_only();
    END IF;
END
$$;
-- No two entries in one place of a chain; and what the page Journal reads, newest first, of an agency or of a person.
CREATE UNIQUE INDEX IF NOT EXISTS journal_place ON journal (agency_id, chain, sequence);
CREATE INDEX IF NOT EXISTS journal_newest ON journal (agency_id, happened_utc);
CREATE INDEX IF NOT EXISTS journal_of_person ON journal (agency_id, candidate_id) WHERE candidate_id IS NOT NULL;
