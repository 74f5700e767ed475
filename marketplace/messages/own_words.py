"""What somebody wrote in an answer, without what their mail program put around it.

Every letter of ours begins with a line that asks to write above it, in whichever language the mail
program speaks. So what is quoted is mostly known by that line, and by marks that programs share:
“>” before lines, the line of two dashes before a signature (RFC 3676, 4.3), headings of what went before.
"""

import re
from html.parser import HTMLParser

ABOVE = "Write your answer above this line"  # in every letter that can be answered

_QUOTED = re.compile(r"[>|]")
_RULE = re.compile(r"\s*[-_*—–=]{5,}\s*")
_SIGNATURE = re.compile(r"\s*(--|—|––)\s*")
_SENT_FROM = re.compile(
    r"\s*(Sent from my \w|Sent from (Outlook|Mail|Yahoo|Proton)|Get Outlook for |Sent via |"
    r"Von meinem \w+ gesendet|Envoyé de mon )",
    re.IGNORECASE,
)
_ORIGINAL = re.compile(
    r"\s*-{2,}\s*(Original Message|Forwarded message|Original-Nachricht|Message d.origine)\s*-{2,}\s*",
    re.IGNORECASE,
)
# “From: … Sent: … To: …”, which Outlook sets over what it quotes, in the languages people here write in.
_FROM = re.compile(r"\s*\*?(From|Von|De|Od|Da|Van|Oddo)\s?:\*?\s", re.IGNORECASE)
_OTHER_HEADS = re.compile(
    r"\s*\*?(Sent|Date|To|Subject|Gesendet|Datum|An|Betreff|Envoyé|À|Objet|Wysłano|Do|Temat|Enviado|Para|Asunto|"
    r"Inviato|A|Oggetto|Verzonden|Aan|Onderwerp)\s?:\*?\s",
    re.IGNORECASE,
)
_ON_A_DAY = re.compile(r"\s*(On|Am|Le|El|Il|Op|W dniu|\w{2,4}\.?,) .*\d", re.IGNORECASE)
_LEADS_IN = re.compile(r"\d{4}|\d{1,2}[:.]\d{2}|@|wrote|schrieb|écrit|escribió|napisał|scritto|schreef")
MOST_READ = 500_000  # characters: nobody writes more, and reading for ever is what some letters are made for


def own_words(text: str) -> str:
    """The part of a plain-text answer that its writer wrote; empty if there is none."""
    lines = text[:MOST_READ].replace("\r\n", "\n").replace("\r", "\n").replace("\u00a0", " ").split("\n")
    lines = _without_quotes(_before_the_past(lines))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(_before_signature(lines))).strip()


def as_text(html: str) -> str:
    """The words of an HTML answer, with an empty line between its paragraphs and nothing that it quotes."""
    reader = _Reader()
    reader.feed(html[:MOST_READ])
    reader.close()
    lines = [" ".join(line.split()) for line in "".join(reader.words).split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def _before_the_past(lines: list[str]) -> list[str]:
    """Up to where a program began to repeat what went before, if it did so without marking each line."""
    for number, line in enumerate(lines):
        if _QUOTED.match(line.lstrip()):
            continue
        heads = lines[number + 1 : number + 6]
        if ABOVE in line or _ORIGINAL.fullmatch(line):
            return _without_lead(lines[:number])
        if _FROM.match(line) and sum(bool(_OTHER_HEADS.match(each)) for each in heads) >= 2:
            return _without_lead(lines[:number])
    return lines


def _without_quotes(lines: list[str]) -> list[str]:
    """Drop the lines that are marked as quoted, and the sentence that leads into each run of them."""
    kept: list[str] = []
    was_quoted = False
    for line in lines:
        is_quoted = bool(_QUOTED.match(line.lstrip()))
        if is_quoted and not was_quoted:
            kept = _without_lead(kept)
        if not is_quoted:
            kept.append(line)
        was_quoted = is_quoted or (was_quoted and not line.strip())
    return kept


def _without_lead(lines: list[str]) -> list[str]:
    """Without “On Tuesday … wrote:” at the end, in any language, and the rules and empty lines around it.

    It may be broken over lines; it ends in a colon, and tells a year, a time or an address.
    """
    end = len(lines)
    while end and (not lines[end - 1].strip() or _RULE.fullmatch(lines[end - 1])):
        end -= 1
    begin = end
    while begin and lines[begin - 1].strip() and end - begin < 4:
        begin -= 1
    starts = [at for at in range(begin, end) if _LEADS_IN.search("\n".join(lines[at:end]))]
    if not starts or not lines[end - 1].rstrip().endswith(":"):
        return lines[:end]
    return lines[: next((at for at in starts if _ON_A_DAY.match(lines[at])), starts[-1])]


def _before_signature(lines: list[str]) -> list[str]:
    for number, line in enumerate(lines):
        if _SIGNATURE.fullmatch(line) or _SENT_FROM.match(line):
            return lines[:number]
    return lines


class _Reader(HTMLParser):
    """Collects the words of a letter, and stops where it quotes."""

    BLOCKS = frozenset({"p", "div", "tr", "li", "ul", "ol", "table", "h1", "h2", "h3", "h4", "pre", "hr"})
    UNREAD = frozenset({"script", "style", "head", "title", "blockquote"})
    QUOTES = frozenset(
        {
            *("gmail_quote", "gmail_quote_container", "gmail_attr", "gmail_signature", "moz-cite-prefix"),
            *("moz-signature", "yahoo_quoted", "protonmail_quote"),
        }
    )
    PAST = frozenset({"divRplyFwdMsg", "appendonsend", "mail-editor-reference-message-container"})
    VOID = frozenset({"br", "img", "hr", "meta", "link", "input", "wbr", "col", "area", "base", "source"})

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.words: list[str] = []
        self.unread: list[str] = []  # the tags open inside something that is not read
        self.over = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.over = self.over or given.get("id") in self.PAST
        is_quote = bool(self.QUOTES & set((given.get("class") or "").split()))
        if self.unread or tag in self.UNREAD or is_quote:
            if tag not in self.VOID:
                self.unread.append(tag)
            return
        if tag == "br":
            self._add("\n")
        elif tag in self.BLOCKS:
            self._add("\n\n" if tag == "p" else "\n")

    def handle_endtag(self, tag: str) -> None:
        if self.unread:
            while tag in self.unread and self.unread.pop() != tag:
                pass
        elif tag in self.BLOCKS:
            self._add("\n\n" if tag == "p" else "\n")

    def handle_data(self, data: str) -> None:
        if not self.unread:
            self._add(re.sub(r"\s+", " ", data))

    def _add(self, words: str) -> None:
        if not self.over:
            self.words.append(words)
