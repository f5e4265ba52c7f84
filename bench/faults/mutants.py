"""Each guard taken away in turn, in a copy of the program: the test that is there for it must then fail."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from bench.faults.attacks import ATTACKS
from bench.faults.mutant import Mutant

PROJECT = Path(__file__).parents[2]


_CLAIMING = "tests/outreach/test_claiming.py::"
_SENDING = "tests/outreach/test_sending.py::"
_SETTLING = "tests/outreach/test_settling.py::"
_DISPATCHER = "tests/outreach/test_dispatcher.py::"
_VENDOR = "tests/adapters/test_africastalking.py::"
_INBOX = "tests/outreach/test_inbox.py::"
_DOOR = "tests/test_webhooks.py::"
_PROOF = "tests/trust/test_journal_proof.py::"
_ERASURE = "tests/trust/test_erasure.py::"
_MATRIX = "tests/trust/test_matrix.py::"
_NUMBERS = "tests/outreach/test_numbers.py::"

MUTANTS = (
    Mutant(
        "opt-outs are looked up at the claim",
        "ftcore/outreach/claiming.py",
        "AND NOT EXISTS (SELECT 1 FROM opt_out o WHERE o.phone = {phone})",
        "",
        _CLAIMING + "test_an_opt_out_between_queueing_and_claiming_is_obeyed",
    ),
    Mutant(
        "the stop switch is looked up at the claim",
        "ftcore/outreach/claiming.py",
        "AND NOT EXISTS (SELECT 1 FROM sending_rule s WHERE s.agency_id = {agency} AND s.stopped_utc IS NOT NULL)",
        "",
        _CLAIMING + "test_a_stopped_agency_sends_nothing_not_even_what_a_counselor_wrote_and_the_others_go_on",
    ),
    Mutant(
        "hours are looked at again at the claim",
        "ftcore/outreach/claiming.py",
        "        if slot <= now:",
        "        if True:",
        _CLAIMING + "test_a_message_that_missed_its_slot_waits_for_the_next",
    ),
    Mutant(
        "one last look before the socket",
        "ftcore/outreach/dispatcher.py",
        "if not still_ours(self._database, sms, self._hours, self._clock()):",
        "if False:",
        _SENDING + "test_what_comes_between_the_claim_and_the_socket_keeps_the_sms_from_leaving",
    ),
    Mutant(
        "what is unknown is not sent again by itself",
        "ftcore/outreach/sending.py",
        "return Outcome(sms, change(MessageState.UNKNOWN, error.reason), trouble=True)",
        "return Outcome(sms, back_to_queue=True, trouble=True)",
        _SENDING + "test_each_failure_leaves_the_message_where_it_belongs",
    ),
    Mutant(
        "a claim whose sender is gone is given up",
        "ftcore/outreach/claiming.py",
        "now - lease,",
        "now - 1000 * lease - timedelta(days=9),",
        _CLAIMING + "test_a_stale_claim_becomes_unknown_with_an_entry_and_is_never_sent_again",
    ),
    Mutant(
        "nothing is sent before what was sent is recorded",
        "ftcore/outreach/dispatcher.py",
        "        self._write_down([])\n",
        "",
        _DISPATCHER + "test_what_the_database_refuses_to_record_is_recorded_before_anything_more_is_sent",
    ),
    Mutant(
        "an SMS is sent again by a person once",
        "ftcore/outreach/settling.py",
        "AND (resent_utc IS NULL OR NOT $3) ",
        "",
        _SETTLING + "test_a_person_may_have_it_sent_again_once_and_the_first_stays_unknown",
    ),
    Mutant(
        "Retry-After has a cap",
        "ftcore/outreach/settling.py",
        "return min(max(_BACKOFF(state), retry_after or 0.0), LONGEST_WAIT)",
        "return max(_BACKOFF(state), retry_after or 0.0)",
        _SETTLING + "test_the_gateway_may_ask_to_be_left_alone_up_to_a_cap",
    ),
    Mutant(
        "a turn that was missed is given up",
        "ftcore/outreach/rate.py",
        "if early <= 0 and -early <= LATEST.total_seconds():",
        "if early <= 0:",
        "tests/outreach/test_rate.py::test_no_second_holds_more_than_the_rate_however_late_the_senders_are",
    ),
    Mutant(
        "redirects are not followed",
        "ftcore/adapters/africastalking.py",
        "allow_redirects=False",
        "allow_redirects=True",
        _VENDOR + "test_a_redirect_is_never_followed_and_the_key_goes_nowhere_else",
    ),
    Mutant(
        "a whole answer has a deadline",
        "ftcore/adapters/africastalking.py",
        "time.monotonic() - started > self._deadline or ",
        "",
        _VENDOR + "test_an_answer_that_comes_drop_by_drop_is_given_up_at_the_deadline",
    ),
    Mutant(
        "a 201 without recipients is a refusal",
        "ftcore/adapters/africastalking.py",
        "if row is None and not recipients:",
        "if False:",
        _VENDOR + "test_an_answer_proves_what_it_proves_and_no_more",
    ),
    Mutant(
        "406 is an opt-out",
        "ftcore/adapters/africastalking.py",
        "opted_out=code == _OPTED_OUT",
        "opted_out=False",
        _VENDOR + "test_an_answer_proves_what_it_proves_and_no_more",
    ),
    Mutant(
        "402 and 405 halt the campaign",
        "ftcore/adapters/africastalking.py",
        "pauses=code in _PAUSES",
        "pauses=False",
        _VENDOR + "test_an_answer_proves_what_it_proves_and_no_more",
    ),
    Mutant(
        "a report counts with its SMS's number only",
        "ftcore/outreach/reports.py",
        "if message is None or not _is_of(form, message):",
        "if message is None:",
        _INBOX + "test_a_known_id_counts_only_with_the_number_of_its_sms",
    ),
    Mutant(
        "between two candidates nobody guesses",
        "ftcore/outreach/reports.py",
        "return unknown[0] if len(unknown) == 1 else None",
        "return unknown[0] if unknown else None",
        _INBOX + "test_between_two_unknown_sms_to_one_number_nobody_guesses",
    ),
    Mutant(
        "a state only moves forward",
        "ftcore/outreach/ledger.py",
        "if STATE_ORDER[change.state] <= STATE_ORDER[before]:",
        "if False:",
        "tests/outreach/test_ledger.py::test_without_a_final_the_furthest_news_counts",
    ),
    Mutant(
        "durable before the 200",
        "ftcore/webhooks/asgi.py",
        "await self._group_commit.committed(",
        "self._group_commit.put(",
        _DOOR + "test_what_cannot_be_stored_is_not_acknowledged",
    ),
    Mutant(
        "a record that the disk refused is not acknowledged",
        "ftcore/webhooks/door.py",
        """        except OSError:
            return False
""",
        """        except OSError:
            return True
""",
        _DOOR + "test_what_cannot_be_stored_is_not_acknowledged",
    ),
    Mutant(
        "a spooled record has a checksum",
        "ftcore/webhooks/spool.py",
        " or zlib.crc32(text) != checksum:",
        ":",
        "tests/test_door.py::test_what_is_damaged_inside_is_kept_for_a_person",
    ),
    Mutant(
        "a spool file stays until the database has it",
        "ftcore/webhooks/spool.py",
        "            taken += self._take(number, rest)\n",
        "            with suppress(Exception):\n                taken += self._take(number, rest)\n",
        "tests/test_door.py::test_what_the_database_refuses_stays_and_comes_in_its_order",
    ),
    Mutant(
        "the secret opens the door",
        "ftcore/webhooks/checks.py",
        "if kind not in KINDS or not self._opens(secret):",
        "if kind not in KINDS:",
        _DOOR + "test_any_other_address_is_not_there",
    ),
    Mutant(
        "the size of a form is limited",
        "ftcore/webhooks/checks.py",
        "        if len(body) > LARGEST_FORM:",
        "        if False:",
        _DOOR + "test_a_large_form_without_an_announced_length_is_refused",
    ),
    Mutant(
        "the rate of an address is limited",
        "ftcore/webhooks/checks.py",
        "return None if self._callbacks.take(caller) else _TOO_MANY",
        "return None",
        _DOOR + "test_a_flood_from_one_address_is_told_to_come_back_and_loses_nothing",
    ),
    Mutant(
        "callbacks come from known networks",
        "ftcore/webhooks/checks.py",
        "if self._allowed is not None and not is_within(caller, self._allowed):",
        "if False:",
        _DOOR + "test_callbacks_may_be_taken_from_known_networks_only",
    ),
    Mutant(
        "an incoming SMS counts once, posted and fetched",
        "ftcore/outreach/callbacks.py",
        'if kind == "incoming" and form.get("id"):',
        "if False:",
        "tests/outreach/test_fetching.py::test_a_lost_callback_is_recovered_and_one_that_came_counts_once",
    ),
    Mutant(
        "no more than two addresses are valid",
        "ftcore/trust/callback_secrets.py",
        "if valid >= MOST_VALID:",
        "if False:",
        "tests/trust/test_callback_secrets.py::test_two_are_valid_during_a_rotation_and_never_three",
    ),
    Mutant(
        "every field of an entry is in its hash",
        "ftcore/trust/journal.py",
        "_HASHED = sorted((*PLACED, *SAID))",
        "_HASHED = sorted((*PLACED, *SAID[:-1]))",
        _PROOF + "test_each_field_is_in_the_hash",
    ),
    Mutant(
        "each entry holds the hash of the one before",
        "ftcore/trust/journal.py",
        'link = entry["hash"] = digest(entry)',
        'entry["hash"] = digest(entry)',
        _PROOF + "test_an_untouched_journal_holds_and_its_heads_are_told",
    ),
    Mutant(
        "the head tells where a chain ends",
        "ftcore/trust/journal_proof.py",
        "if head is None or (head.sequence, head.hash) != (last, link):",
        "if head is None:",
        _PROOF + "test_every_way_to_tamper_is_found_at_its_first_link",
    ),
    Mutant(
        "an entry must follow the one before",
        "ftcore/trust/journal_proof.py",
        'return None if entry["previous_hash"] == link else Broken.REPLACED',
        "return None",
        _PROOF + "test_a_link_written_anew_without_what_follows_is_found",
    ),
    Mutant(
        "a head that was kept must be found again",
        "ftcore/trust/journal_proof.py",
        "lost = sorted(self._sought - self._found)",
        "lost = list[str]()",
        _PROOF + "test_a_chain_written_anew_throughout_is_found_by_a_head_kept_elsewhere",
    ),
    Mutant(
        "the journal keeps six months",
        "ftcore/trust/journal.py",
        "if cutoff > now - KEPT_AT_LEAST:",
        "if False:",
        "tests/trust/test_journal.py::test_six_months_are_kept_whatever_is_asked",
    ),
    Mutant(
        "numbers and addresses are blotted out of the journal",
        "ftcore/trust/journal.py",
        'return _ADDRESS.sub("[adresse]", mask(line))[:LONGEST]',
        "return line[:LONGEST]",
        "tests/trust/test_journal.py::test_no_number_and_no_address_stands_in_an_entry",
    ),
    Mutant(
        "the journal of another agency is not found",
        "ftcore/trust/journal_search.py",
        'tests = ["j.agency_id = $1"]',
        'tests = ["$1::UUID IS NOT NULL"]',
        "tests/trust/test_journal_search.py::test_entries_are_found_by_act_person_thing_and_day",
    ),
    Mutant(
        "an erasure empties what was answered",
        "ftcore/rights/forgetting.py",
        "    empty_replies(tx, replies)\n    tx.execute(",
        "    tx.execute(",
        _ERASURE + "test_nothing_names_the_person_after_an_erasure",
    ),
    Mutant(
        "an erasure looks through what others typed",
        "ftcore/rights/erasure.py",
        "        place.clean(tx, rows)\n",
        "        pass\n",
        _ERASURE + "test_nothing_names_the_person_after_an_erasure",
    ),
    Mutant(
        "what others write in the moment of an erasure is looked for",
        "ftcore/rights/erasure.py",
        "    database.transact(lambda tx: _erase_late(tx, who, key, now))\n",
        "",
        "tests/trust/test_meanwhile.py::test_nothing_comes_back",
    ),
    Mutant(
        "rows that are returned are changed in place",
        "ftcore/database/embedded.py",
        "if (update := in_place.read(sql)) is not None:",
        "if False and (update := in_place.read(sql)) is not None:",
        "tests/test_in_place.py::test_of_two_who_change_a_row_at_once_neither_is_lost",
    ),
    Mutant(
        "counters are cut off before the exchange is",
        "ftcore/rights/forgetting.py",
        "    outcomes.unlink(tx, ids)\n",
        "",
        _ERASURE + "test_nothing_leads_from_what_is_counted_to_the_person",
    ),
    Mutant(
        "an objection that was kept is looked up at the claim",
        "ftcore/outreach/claiming.py",
        'barred = kept_stops.barred(tx, database.number_key, {row["phone"] for row in due})',
        "barred: set[str] = set()",
        "tests/trust/test_kept_stops.py::test_an_objection_that_was_kept_is_obeyed_at_the_claim",
    ),
    Mutant(
        "an objection that was kept is looked up before a launch",
        "ftcore/outreach/preflight.py",
        'barred = kept_stops.barred(tx, number_key, {row["phone"] for row in rows.values()})',
        "barred: set[str] = set()",
        "tests/trust/test_kept_stops.py::test_the_number_is_kept_out_of_a_launch_in_any_agency",
    ),
    Mutant(
        "an erasure waits for an SMS that is leaving",
        "ftcore/rights/erasure.py",
        "        _refuse_under_way(tx, who)\n",
        "",
        "tests/trust/test_figures_stay.py::test_a_person_with_an_sms_under_way_is_not_erased_now",
    ),
    Mutant(
        "a function asks for the role",
        "ftcore/outreach/progress.py",
        'access.require(person, "read conversations")',
        "pass",
        _MATRIX + "test_a_role_does_what_its_line_says_and_is_refused_the_rest_before_the_database_is_asked",
    ),
    Mutant(
        "a function asks for the role before the database is asked",
        "ftcore/insight/comparison_results.py",
        '    access.require(person, "see evaluation")\n',
        "",
        _MATRIX + "test_a_role_does_what_its_line_says_and_is_refused_the_rest_before_the_database_is_asked",
    ),
    Mutant(
        "the agency is in the statement",
        "ftcore/outreach/numbers.py",
        "WHERE agency_id = $1 AND conversation_id = $2",
        "WHERE $1::UUID IS NOT NULL AND conversation_id = $2",
        _MATRIX + "test_what_is_of_another_agency_is_as_if_it_did_not_exist",
    ),
    Mutant(
        "figures are of the own agency",
        "ftcore/insight/scope.py",
        "if not every and any(",
        "if False and any(",
        _MATRIX + "test_what_is_of_another_agency_is_as_if_it_did_not_exist",
    ),
    Mutant(
        "a page asks at its door",
        "pages/conversations.py",
        'doors.keep("conversations.py", services.person)',
        "pass",
        "tests/pages/test_doors.py::test_who_may_not_open_a_page_reads_why_and_nothing_else",
    ),
    Mutant(
        "a thread holds no number",
        "ftcore/outreach/threads.py",
        'covered(row["phone"])',
        'row["phone"]',
        _NUMBERS + "test_a_thread_holds_no_number_and_asking_for_it_is_journaled",
    ),
    Mutant(
        "a number is told with an entry in the journal",
        "ftcore/outreach/numbers.py",
        'journal.record(tx, person.agency_id, person.person_id, "number revealed", row["candidate_id"], now)',
        "pass",
        _NUMBERS + "test_a_thread_holds_no_number_and_asking_for_it_is_journaled",
    ),
)


EVERY = (*MUTANTS, *ATTACKS)


def survivors() -> list[str]:
    """The guards whose test passes without them; each is tried on the embedded engine."""
    alive: list[str] = []
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder)
        for part in ("ftcore", "bench", "tests", "data", "pages", ".streamlit"):
            shutil.copytree(PROJECT / part, copy / part, ignore=shutil.ignore_patterns("__pycache__", "*.duckdb*"))
        for part in ("pyproject.toml", "app.py"):
            shutil.copy(PROJECT / part, copy)
        for mutant in EVERY:
            file = copy / mutant.file
            whole = file.read_text()
            assert whole.count(mutant.guard) == 1, mutant.name
            file.write_text(whole.replace(mutant.guard, mutant.instead))
            done = subprocess.run(
                [sys.executable, "-m", "pytest", "-x", "-q", "-k", "not postgresql", mutant.test],
                cwd=copy,
                capture_output=True,
                check=False,
            )
            file.write_text(whole)
            # 1 says that a test failed; anything else, that none was run.
            if done.returncode != 1:
                alive.append(mutant.name)
            print(f"  {'caught' if done.returncode == 1 else 'SURVIVED':<10}{mutant.name}", flush=True)
    return alive
