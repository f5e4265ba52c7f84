-- Run after the migrations where the extension citus is present; safe to repeat.
-- Operational tables are sharded by agency and stand together; what every agency needs is everywhere.
DO $$
DECLARE
    name TEXT;
BEGIN
    FOREACH name IN ARRAY ARRAY[
        'agency', 'occupation', 'occupation_title', 'occupation_skill', 'occupation_near', 'department', 'commune', 'commune_postcode', 'skill',
        'reference_load',
        'opt_out', 'opt_out_kept', 'privacy_mark', 'retention_rule', 'purge_run', 'launch_turn', 'sending_slot', 'callback_secret', 'fetch_mark', 'account', 'sign_in_session',
        'baseline', 'pilot_plan', 'pilot_outcome', 'labelled_run'
    ] LOOP
        IF NOT EXISTS (SELECT 1 FROM citus_tables WHERE table_name = name::regclass) THEN
            PERFORM create_reference_table(name);
        END IF;
    END LOOP;
    FOREACH name IN ARRAY ARRAY[
        'comparison', 'comparison_assignment', 'comparison_count',
        'offer', 'candidate', 'campaign', 'conversation', 'message', 'message_event', 'reply', 'journal',
        'candidate_trait', 'campaign_trait_count', 'conversation_trait', 'pool_size', 'chat', 'chat_turn', 'chat_acceptance', 'prompt', 'model_use', 'model_day', 'proposal', 'weight_profile',
        'outcome', 'outcome_sum', 'outcome_check', 'outcome_due', 'outcome_twice', 'work_waiting', 'reply_example', 'offer_closing', 'prerequisite_check', 'thread_event', 'sending_rule', 'sms_template',
        'decision_time', 'thumb', 'satisfaction',
        'journal_head', 'journal_checkpoint', 'journal_reason'
    ] LOOP
        IF NOT EXISTS (SELECT 1 FROM citus_tables WHERE table_name = name::regclass) THEN
            PERFORM create_distributed_table(name, 'agency_id');
        END IF;
    END LOOP;
    IF NOT EXISTS (SELECT 1 FROM citus_tables WHERE table_name = 'callback'::regclass) THEN
        PERFORM create_distributed_table('callback', 'callback_id');
    END IF;
END
$$;
