-- Where a conversation stands beyond its state: what is being asked, what was said, who speaks.
ALTER TABLE conversation ADD COLUMN position INTEGER;
ALTER TABLE conversation ADD COLUMN interest TEXT;
ALTER TABLE conversation ADD COLUMN interest_reply UUID;
ALTER TABLE conversation ADD COLUMN available_from DATE;
ALTER TABLE conversation ADD COLUMN available_reply UUID;
ALTER TABLE conversation ADD COLUMN answered_utc TIMESTAMP;
ALTER TABLE conversation ADD COLUMN seen_utc TIMESTAMP;
ALTER TABLE conversation ADD COLUMN taken_over_by TEXT;
ALTER TABLE conversation ADD COLUMN taken_over_utc TIMESTAMP;
ALTER TABLE conversation ADD COLUMN reminded_utc TIMESTAMP;

-- What a reply answered: "non" to a prerequisite is no refusal of the offer. NULL on what was read before.
ALTER TABLE reply ADD COLUMN expecting TEXT;
ALTER TABLE reply ADD COLUMN position INTEGER;

-- The prerequisites of an offer as they stood when the person said yes, each with the reply that settled it.
CREATE TABLE prerequisite_check (
    agency_id UUID NOT NULL,
    conversation_id UUID NOT NULL,
    position INTEGER NOT NULL,
    text TEXT NOT NULL,
    demand TEXT NOT NULL,
    met TEXT NOT NULL,
    reply_id UUID,
    decided_by TEXT,
    decided_utc TIMESTAMP,
    PRIMARY KEY (agency_id, conversation_id, position)
);

-- What happened in a thread beside its SMS: notes, who took over, reminders, closings.
CREATE TABLE thread_event (
    agency_id UUID NOT NULL,
    conversation_id UUID NOT NULL,
    event_id UUID NOT NULL,
    kind TEXT NOT NULL,
    body TEXT,
    actor TEXT NOT NULL,
    happened_utc TIMESTAMP NOT NULL,
    PRIMARY KEY (agency_id, conversation_id, event_id)
);

-- An offer that is not open any more, with the message that a counselor approved for those who were waiting.
CREATE TABLE offer_closing (
    agency_id UUID NOT NULL,
    offer_id UUID NOT NULL,
    closed_utc TIMESTAMP NOT NULL,
    closed_by TEXT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (agency_id, offer_id)
);
