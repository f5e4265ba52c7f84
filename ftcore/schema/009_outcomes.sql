-- What Mesures counts: one row a conversation, computed from the messages, replies and decisions, never incremented.

-- When the questions after a first yes began, and when the last of them was answered.
ALTER TABLE conversation ADD COLUMN started_utc TIMESTAMP;
ALTER TABLE conversation ADD COLUMN finished_utc TIMESTAMP;
-- As well as it can be told of what was talked before.
UPDATE conversation SET started_utc = r.started_utc
FROM (SELECT agency_id, conversation_id, min(received_utc) AS started_utc FROM reply
      WHERE reading = 'yes' AND expecting IS DISTINCT FROM 'prerequisite' GROUP BY agency_id, conversation_id) AS r
WHERE conversation.agency_id = r.agency_id AND conversation.conversation_id = r.conversation_id;
UPDATE conversation SET finished_utc = r.finished_utc
FROM (SELECT agency_id, conversation_id, max(received_utc) AS finished_utc FROM reply
      WHERE expecting IS NOT NULL GROUP BY agency_id, conversation_id) AS r
WHERE conversation.agency_id = r.agency_id AND conversation.conversation_id = r.conversation_id
  AND conversation.state = 'interested' AND conversation.position IS NULL AND conversation.started_utc IS NOT NULL;

-- `person` is the job seeker, or a random key once the conversation was erased. No primary key: rows are replaced
-- by the one refresh at a time that has taken its turn, and in the embedded engine an index over millions of rows
-- would cost more than all reading. `earlier` and `later` are the days of the same person's nearest other
-- conversations: who has none within a period is counted without being told apart.
CREATE TABLE outcome (
    agency_id UUID NOT NULL,
    conversation_id UUID NOT NULL,
    person UUID NOT NULL,
    campaign_id UUID NOT NULL,
    offer_id UUID NOT NULL,
    occupation TEXT,
    occupation_label TEXT,
    template TEXT NOT NULL,
    demo BOOLEAN NOT NULL,
    considered INTEGER NOT NULL,
    day DATE NOT NULL,
    weekday SMALLINT NOT NULL,
    hour SMALLINT NOT NULL,
    earlier DATE,
    later DATE,
    sent BOOLEAN NOT NULL,
    delivered BOOLEAN NOT NULL,
    failed BOOLEAN NOT NULL,
    unknown BOOLEAN NOT NULL,
    waiting BOOLEAN NOT NULL,
    replied BOOLEAN NOT NULL,
    interested BOOLEAN NOT NULL,
    opted_out BOOLEAN NOT NULL,
    started BOOLEAN NOT NULL,
    finished BOOLEAN NOT NULL,
    finished_in_5h BOOLEAN NOT NULL,
    qualified BOOLEAN NOT NULL,
    introduced BOOLEAN NOT NULL,
    introduced_in_24h BOOLEAN NOT NULL,
    delivered_utc TIMESTAMP,
    reply_minutes INTEGER,
    finished_minutes INTEGER,
    introduced_minutes INTEGER,
    automatic_messages INTEGER NOT NULL,
    human_messages INTEGER NOT NULL,
    parts INTEGER NOT NULL,
    priced INTEGER NOT NULL,
    -- In ten thousandths of a euro.
    cost BIGINT NOT NULL,
    replies INTEGER NOT NULL,
    needs_human INTEGER NOT NULL,
    -- What is true above from `sent` on, the first as the lowest bit: all that is true of a person in one `bit_or`.
    flags INTEGER NOT NULL
);

-- The sums of the rows above by campaign, which is of one day: what is not counted in distinct people is read here.
CREATE TABLE outcome_sum (
    agency_id UUID NOT NULL,
    campaign_id UUID NOT NULL,
    offer_id UUID NOT NULL,
    occupation TEXT,
    occupation_label TEXT,
    template TEXT NOT NULL,
    demo BOOLEAN NOT NULL,
    considered INTEGER NOT NULL,
    day DATE NOT NULL,
    weekday SMALLINT NOT NULL,
    hour SMALLINT NOT NULL,
    contacted INTEGER NOT NULL,
    sent INTEGER NOT NULL,
    delivered INTEGER NOT NULL,
    failed INTEGER NOT NULL,
    unknown INTEGER NOT NULL,
    waiting INTEGER NOT NULL,
    replied INTEGER NOT NULL,
    interested INTEGER NOT NULL,
    opted_out INTEGER NOT NULL,
    started INTEGER NOT NULL,
    finished INTEGER NOT NULL,
    finished_in_5h INTEGER NOT NULL,
    qualified INTEGER NOT NULL,
    introduced INTEGER NOT NULL,
    introduced_in_24h INTEGER NOT NULL,
    automatic_messages INTEGER NOT NULL,
    human_messages INTEGER NOT NULL,
    parts INTEGER NOT NULL,
    priced INTEGER NOT NULL,
    cost BIGINT NOT NULL,
    replies INTEGER NOT NULL,
    needs_human INTEGER NOT NULL
);

-- The prerequisites that were asked by SMS, one row for each conversation and question.
CREATE TABLE outcome_check (
    agency_id UUID NOT NULL,
    conversation_id UUID NOT NULL,
    position INTEGER NOT NULL,
    offer_id UUID NOT NULL,
    occupation TEXT,
    template TEXT NOT NULL,
    day DATE NOT NULL,
    text TEXT NOT NULL,
    demand TEXT NOT NULL,
    met TEXT NOT NULL,
    unanswered BOOLEAN NOT NULL,
    decided BOOLEAN NOT NULL,
    retained BOOLEAN NOT NULL
);

-- Conversations of which something has changed: appended in the transaction of the change, as often as it comes.
CREATE TABLE outcome_due (
    agency_id UUID NOT NULL,
    conversation_id UUID NOT NULL
);
INSERT INTO outcome_due SELECT agency_id, conversation_id FROM conversation ORDER BY opened_utc;
-- One refresh at a time, whichever replica does it.
INSERT INTO launch_turn VALUES ('outcome', 0);
