"""The guards against attacks, each with what stands in its place; see SECURITY.md."""

from __future__ import annotations

from bench.faults.mutant import Mutant

_ROUTES = "tests/attacks/test_routes.py::"
_FILES = "tests/attacks/test_files.py::"
_CALLBACKS = "tests/attacks/test_callbacks.py::"
_SHEETS = "tests/attacks/test_spreadsheets.py::"
_BROWSER = "tests/e2e/test_payloads.py::test_nothing_that_people_write_comes_alive_on_any_page"

ATTACKS = (
    Mutant(
        "formulas are neutral",
        "ftcore/spreadsheet.py",
        "isinstance(cell, str) and _FORMULA.match(cell)",
        "False",
        _SHEETS + "test_no_cell_of_a_file_for_spreadsheets_runs_and_each_is_kept",
    ),
    Mutant(
        "formulas are neutral behind what cannot be seen",
        "ftcore/spreadsheet.py",
        "re.compile(_UNSEEN + ",
        "re.compile(",
        _SHEETS + "test_no_cell_of_a_file_for_spreadsheets_runs_and_each_is_kept",
    ),
    Mutant(
        "names of columns are cells too",
        "ftcore/spreadsheet.py",
        "writer.writerow([harmless(head) for head in heads])",
        "writer.writerow(heads)",
        _SHEETS + "test_no_cell_of_a_file_for_spreadsheets_runs_and_each_is_kept",
    ),
    Mutant(
        "every answer has the headers",
        "ftcore/headers.py",
        "[*others, *SAFETY_HEADERS]",
        "others",
        _ROUTES + "test_every_answer_says_what_a_browser_must_not_do",
    ),
    Mutant(
        "a request for another host is refused",
        "ftcore/headers.py",
        'or self._knows(dict(scope["headers"])):',
        "or True:",
        _ROUTES + "test_a_request_for_another_host_is_refused",
    ),
    Mutant(
        "keys are compared in constant time",
        "ftcore/trust/secret_hashes.py",
        "hmac.compare_digest(given, valid)",
        "given == valid",
        _CALLBACKS + "test_how_much_of_a_key_is_right_changes_no_step_of_the_look_up",
    ),
    Mutant(
        "a forged callback is not told apart",
        "ftcore/webhooks/checks.py",
        "if kind not in KINDS or not self._opens(secret):",
        "if kind not in KINDS:",
        _CALLBACKS + "test_ten_thousand_forged_callbacks_change_nothing_and_are_told_nothing",
    ),
    Mutant(
        "a callback that comes again is the same",
        "ftcore/outreach/callbacks.py",
        r'hashlib.sha256(f"{kind}\n{known_by}".encode()).hexdigest()',
        '__import__("secrets").token_hex(32)',
        _CALLBACKS + "test_a_thousand_replays_have_one_effect",
    ),
    Mutant(
        "the model's redirects are not followed",
        "ftcore/adapters/mistral.py",
        "httpx2.Client(follow_redirects=False",
        "httpx2.Client(follow_redirects=True",
        "tests/attacks/test_outgoing.py::test_only_the_two_configured_hosts_are_contacted_whatever_they_answer",
    ),
    Mutant(
        "a download's name is nobody else's",
        "pages/people_choice.py",
        'file_name=f"selection-{uuid4()}.csv"',
        'file_name="selection.csv"',
        _FILES + "test_every_download_has_a_name_that_is_nobody_elses",
    ),
    Mutant(
        "an upload has a size",
        "pages/prompt_desk.py",
        ", max_upload_size=1",
        "",
        _FILES + "test_every_upload_says_which_kinds_it_takes_and_how_large",
    ),
    Mutant(
        "a file's name is no path",
        "ftcore/drafting/documents.py",
        'clean(PurePosixPath(name.replace("\\\\", "/")).name)',
        "clean(name)",
        _FILES + "test_a_name_is_shown_and_never_opened",
    ),
    Mutant(
        "an archive of the ROME is weighed before it is opened",
        "ftcore/matching/rome_files.py",
        " and info.file_size <= _LARGEST:",
        ":",
        _FILES + "test_an_archive_of_the_rome_is_weighed_before_it_is_opened",
    ),
    Mutant(
        "a part of a document is not folded more tightly than texts are",
        "ftcore/drafting/documents.py",
        "            or any(part.file_size > 1_000_000 and part.file_size > HIGHEST_RATIO * part.compress_size "
        "for part in parts)\n",
        "",
        _FILES + "test_a_file_that_unpacks_without_end_is_refused_with_a_sentence",
    ),
    Mutant(
        "a document is weighed before it is opened",
        "ftcore/drafting/documents.py",
        "            or sum(part.file_size for part in parts) > LARGEST_UNPACKED\n",
        "",
        _FILES + "test_a_file_that_unpacks_without_end_is_refused_with_a_sentence",
    ),
    Mutant(
        "a document has so many parts and no more",
        "ftcore/drafting/documents.py",
        "len(parts) > MOST_PARTS",
        "False",
        _FILES + "test_a_file_that_unpacks_without_end_is_refused_with_a_sentence",
    ),
    Mutant(
        "an offer as Word is weighed before it is opened",
        "ftcore/drafting/exports/word.py",
        "if sum(entry.file_size for entry in archive.infolist()) > LARGEST_UNFOLDED:",
        "if False:",
        _FILES + "test_a_file_that_unpacks_without_end_is_refused_with_a_sentence",
    ),
    Mutant(
        "a text of a Parquet file that every row means is weighed before it is unfolded",
        "ftcore/matching/people_file.py",
        "if (pc.sum(lengths.take(column.indices)).as_py() or 0) > LARGEST_PIECE:",
        "if False:",
        _FILES + "test_a_file_that_unpacks_without_end_is_refused_with_a_sentence",
    ),
    Mutant(
        "a Parquet file has so many rows and no more",
        "ftcore/matching/people_file.py",
        "self.rows > MOST_ROWS or ",
        "",
        _FILES + "test_a_file_that_unpacks_without_end_is_refused_with_a_sentence",
    ),
    Mutant(
        "a Parquet file is weighed by what it says it holds",
        "ftcore/matching/people_file.py",
        " or sum(group.total_byte_size for group in groups) > LARGEST_UNPACKED:",
        ":",
        _FILES + "test_a_parquet_file_is_weighed_by_what_it_says_it_holds",
    ),
    Mutant(
        "a page of a PDF is weighed before it is read",
        "ftcore/drafting/documents.py",
        "if contents is not None and len(contents.get_data()) > LARGEST_PAGE:",
        "if False:",
        "tests/drafting/test_documents.py::test_a_page_of_a_pdf_that_draws_for_hours_is_refused",
    ),
    Mutant(
        "what cannot be stored is refused with a sentence",
        "ftcore/database/base.py",
        "if not isinstance(error, FtError) and any(words in str(error) for words in _UNSTORABLE):",
        "if False:",
        "tests/attacks/test_hostile_texts.py::test_a_hostile_text_is_kept_as_it_stands_or_refused_with_a_sentence",
    ),
    Mutant(
        "a name on a button is no Markdown",
        "pages/conversations.py",
        "escaped(thread.name, 60)",
        "thread.name",
        _BROWSER,
    ),
    Mutant(
        "an address in a text is no link",
        "pages/marked.py",
        r"""_SIGNS.sub(r"\\\1", _ADDRESS.sub(_JOINER, line.replace("\t", " ")))""",
        r"""_SIGNS.sub(r"\\\1", line.replace("\t", " "))""",
        _BROWSER,
    ),
)
