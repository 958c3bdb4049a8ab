"""Threats and rows of the security checklist, in our own short words.

A test names a threat (``threat("T16")``), a requirement of OWASP ASVS 5.0 (``asvs("8.2.2")``)
or a row of the checklist that has no requirement of its own (``asvs("row 22")``).
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the checklist, with the requirements it rests on, if any."""

    number: int
    title: str
    requirements: tuple[str, ...] = ()


THREATS: dict[str, str] = {
    "T1": "A laptop is stolen",
    "T2": "A pupil at an unlocked computer",
    "T3": "A guardian collects data of other children",
    "T4": "A changed replica forges a command",
    "T5": "Homework is dated back to look in time",
    "T6": "A closed term's mark is altered",
    "T7": "The server's administrator edits rows",
    "T8": "A captured request is sent again",
    "T9": "An acknowledgement is lost",
    "T10": "The server dies in the middle of a push",
    "T11": "A device's clock is set back or forward",
    "T12": "A replica's file is damaged",
    "T13": "The disk is full in the middle of a commit",
    "T14": "Power fails, or the process is killed",
    "T15": "A revoked device goes on pushing",
    "T16": "The server is restored from an older backup",
    "T17": "A replica is restored or cloned",
    "T18": "Two processes open one replica",
    "T19": "An upgrade meets a full outbox",
    "T20": "One bad command blocks the outbox",
    "T21": "A huge message",
    "T22": "A compression bomb",
    "T23": "Slow clients hold connections",
    "T24": "A thousand devices at half past eight",
    "T25": "The database's primary is lost",
    "T26": "A teacher reads more than is needed",
    "T27": "A dependency is poisoned",
}

ROWS: tuple[Row, ...] = (
    Row(1, "Every field of a command is validated", ("2.2.1",)),
    Row(2, "The server judges every rule anew", ("2.2.2",)),
    Row(3, "Fields that belong together agree", ("2.2.3",)),
    Row(4, "No step of a procedure is skipped", ("2.3.1",)),
    Row(5, "A command commits whole or not at all", ("2.3.3",)),
    Row(6, "A closed term changes by two persons only", ("2.3.5",)),
    Row(7, "Rates are limited by user and by device", ("2.4.1",)),
    Row(8, "SQL takes bound values only", ("1.2.4",)),
    Row(9, "No shell, no evaluated text, no unsafe loading", ("1.2.5", "1.3.2")),
    Row(10, "Messages become declared types only", ("1.5.2",)),
    Row(11, "Client and server parse alike", ("1.5.3",)),
    Row(12, "Every response names its content type", ("4.1.1",)),
    Row(13, "Forwarded headers count from known proxies only", ("4.1.3",)),
    Row(14, "No request smuggling", ("4.2.1",)),
    Row(15, "Only declared methods", ("4.1.4", "13.4.4")),
    Row(16, "Responses hold needed fields only", ("15.3.1",)),
    Row(17, "Unknown fields are refused", ("15.3.3",)),
    Row(18, "Repeated query parameters are refused", ("15.3.7",)),
    Row(19, "Errors show no stack, SQL or path", ("16.5.1",)),
    Row(20, "A failure closes the door", ("16.5.3",)),
    Row(21, "Costly reports are bounded", ("15.2.2",)),
    Row(22, "Body, batch and nesting are limited before memory is taken"),
    Row(23, "No pattern is super-linear", ("1.3.12",)),
    Row(24, "Deny by default; every route declares its policy", ("8.1.1", "8.2.1")),
    Row(25, "Rights hold for each object", ("8.2.2",)),
    Row(26, "Rights hold for each field: the class teacher edits none", ("8.2.3",)),
    Row(27, "A role claimed by the client counts for nothing", ("8.3.1",)),
    Row(28, "A changed right works at the next request", ("8.3.2",)),
    Row(29, "Schools are isolated", ("8.4.1",)),
    Row(30, "Foreign and missing objects look the same"),
    Row(31, "Lists, counts and exports obey the filter of the detail"),
    Row(32, "First-year marks and homework are impossible for every role"),
    Row(
        33,
        "Passwords: long enough, whole, no composition rules",
        ("6.2.1", "6.2.5", "6.2.8", "6.2.9"),
    ),
    Row(34, "Common and school words are no passwords", ("6.2.4", "6.1.2", "6.2.11")),
    Row(35, "No default accounts", ("6.3.2",)),
    Row(36, "The first secret is random, short-lived, changed at once", ("6.4.1",)),
    Row(37, "Guessing slows down and locks nobody out", ("6.3.1",)),
    Row(38, "Staff have a second factor", ("6.3.3",)),
    Row(39, "Enrolment codes: strong, short, once", ("6.5.1", "6.5.2", "6.5.3", "6.5.4", "6.5.5")),
    Row(40, "Passwords are stored with Argon2id", ("11.4.2",)),
    Row(41, "Session tokens are random and stored hashed", ("7.2.2", "7.2.3")),
    Row(42, "A login gives a new token", ("7.2.4",)),
    Row(43, "Sessions end when idle and in the end", ("7.3.1", "7.3.2")),
    Row(44, "Logout and dismissal end sessions and devices", ("7.4.1", "7.4.2")),
    Row(45, "Sessions and devices are listed and ended", ("7.4.5", "7.5.2")),
    Row(46, "Weighty acts ask for the password again", ("7.5.1",)),
    Row(47, "A revoked device neither pushes nor pulls"),
    Row(48, "A cloned replica is found"),
    Row(49, "The local pages listen on loopback only"),
    Row(50, "The Host header is exact"),
    Row(51, "Unsafe calls prove their origin", ("3.5.1", "3.5.2")),
    Row(52, "GET and HEAD change nothing", ("3.5.3",)),
    Row(53, "No token in an address", ("14.2.1",)),
    Row(54, "Cookies are HttpOnly and SameSite", ("3.3.2", "3.3.4")),
    Row(55, "Strict content security policy, no framing", ("3.4.3", "3.4.6")),
    Row(56, "No sniffing, no referrer", ("3.4.4", "3.4.5")),
    Row(57, "No open CORS", ("3.4.2",)),
    Row(58, "Event streams check origin and session", ("4.4.2",)),
    Row(59, "Nothing is cached or left after a lock", ("14.3.1", "14.3.2")),
    Row(60, "Nothing but the session in browser storage", ("14.3.3",)),
    Row(61, "Names and topics are shown as text", ("1.2.1", "3.2.2")),
    Row(62, "The screen locks when idle, and the key leaves memory"),
    Row(63, "Another user of the computer gets nothing"),
    Row(64, "Secrets are never in arguments or environment"),
    Row(65, "Escape sequences in names are neutralised"),
    Row(66, "Output paths come from people, never from data", ("5.3.2",)),
    Row(67, "Exit codes and JSON are stable; no traceback tells names"),
    Row(68, "Replica, log and backups: authenticated encryption", ("11.3.1", "11.3.2", "11.3.3")),
    Row(69, "Approved functions, parameters recorded", ("11.4.1", "11.4.4")),
    Row(70, "Secrets come from the secure random source", ("11.5.1",)),
    Row(71, "Every artefact names its cipher suite", ("11.2.2", "11.1.2")),
    Row(72, "Constant-time comparison; tampering gives a typed error", ("11.2.4", "11.2.5")),
    Row(73, "No nonce is used twice", ("11.3.4",)),
    Row(74, "One flipped bit in a page is found and repaired"),
    Row(75, "TLS, verified, without plain fallback", ("12.1.1", "12.2.1", "12.3.2")),
    Row(76, "The server demands TLS of browsers", ("3.4.1",)),
    Row(77, "Archives are limited before they are unpacked", ("5.2.1", "5.2.3", "5.2.4")),
    Row(78, "Name, magic and structure of a file agree", ("5.2.2",)),
    Row(79, "No entities in XML", ("1.5.1",)),
    Row(80, "No archive member leaves its folder", ("5.3.2", "5.3.3", "5.2.5")),
    Row(81, "Imports: all or nothing, with a preview, taken back as a whole"),
    Row(82, "Cells that look like formulas are neutralised", ("1.2.10",)),
    Row(83, "File names in headers are safe", ("5.4.1", "5.4.2")),
    Row(84, "PDFs are passive and deterministic"),
    Row(85, "The audit log says who, what, when, where", ("16.2.1", "16.2.2")),
    Row(86, "Logs hold ids, no personal data", ("16.2.5",)),
    Row(87, "Logins, denials and bypass attempts are logged", ("16.3.1", "16.3.2", "16.3.3")),
    Row(88, "Logs take no injection and only grow", ("16.4.1", "16.4.2", "16.4.3")),
    Row(89, "Every column has class and retention", ("14.1.1", "14.1.2")),
    Row(90, "What is due is erased", ("14.2.7",)),
    Row(91, "No secret in the repository", ("13.3.1",)),
    Row(92, "Parts are listed, known holes audited", ("15.1.1", "15.1.2")),
    Row(93, "Debugging doors are closed", ("13.4.2", "13.4.5")),
    Row(94, "A breach can be reported, and access ends at once"),
)


def rows_of(marks: frozenset[str]) -> list[Row]:
    """Return the rows that a test with these ``asvs`` marks holds, in order.

    A requirement that several rows share holds only those that are named by number too.

    Raises:
        ValueError: A mark names neither row nor requirement, or not which row is meant.
    """
    named = {row for row in ROWS if f"row {row.number}" in marks}
    for mark in sorted(marks):
        holders = [row for row in ROWS if mark in (*row.requirements, f"row {row.number}")]
        if len(holders) == 1:
            named.add(holders[0])
        elif not named.intersection(holders):
            numbers = ", ".join(str(row.number) for row in holders) or "none"
            raise ValueError(f"asvs {mark}: name the row of the checklist; it is in {numbers}")
    return sorted(named, key=lambda row: row.number)
