import pytest

from search.snippets import highlight, snippet, sought

FILLER = "Nothing more is said of it here. " * 20
TEXT = (
    FILLER
    + "Our village hall needs a caterer, and the Children’s Café has a web site. We lend bikes. "
    + FILLER
)


def marked(text: str, query: str, **asked: bool) -> list[str]:
    return [part for part, mark in highlight(text, sought(query, **asked)) if mark]


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("catering", ["caterer"]),
        ("CHILDRENS cafe", ["Children’s", "Café"]),
        ("cycles", ["bikes"]),
        ("community centre", ["village", "hall"]),
        ("hall", ["hall"]),
        ("website", ["web", "site"]),
        ("cattering", ["caterer"]),
        ("bykes", ["bikes"]),
        ('"hall needs"', ["hall", "needs"]),
        ('"needs hall"', []),
        ("the", ["the"]),
        ("a web of the", ["web"]),
        ("unheard", []),
        ("", []),
    ],
)
def test_the_words_looked_for_are_marked_in_any_form(query, words):
    assert marked(TEXT.replace(FILLER, ""), query) == words


def test_a_word_somebody_spelt_right_is_not_taken_for_a_slip():
    assert marked("A house for a horse", "house") == ["house"]
    assert marked("A stable for a horse", "house") == ["horse"]


def test_words_beginning_as_typed_are_marked_while_typing():
    assert marked("Caterers and a cat", "cat", typing=True) == ["Caterers", "cat"]
    assert marked("Caterers and a cat", "cat ", typing=True) == ["cat"]
    assert marked("Caterers and a cat", "cat") == ["cat"]


def test_the_synonym_of_a_phrase_is_marked_whole_or_not_at_all():
    assert marked("The village has a hall: the village hall", "community centre") == ["village", "hall"]


def test_highlighting_leaves_the_text_as_it_stands():
    text = " “Caterers”\n\twanted, cafe\u0301 & <b>bikes</b>! "
    parts = highlight(text, sought("catering cafe bike"))

    assert "".join(part for part, _ in parts) == text
    assert [part for part, mark in parts if mark] == ["Caterers", "cafe\u0301", "bikes"]
    assert all(part for part, _ in parts)


def test_the_passage_is_where_most_of_the_words_are_together():
    text = f"A caterer. A caterer. A caterer. {TEXT}"
    parts = snippet(text, sought("caterer village hall"), length=90)
    passage = "".join(part for part, _ in parts)

    assert [part for part, mark in parts if mark] == ["village", "hall", "caterer"]
    assert passage.startswith("…")
    assert passage.endswith("…")
    assert passage[1:-1] in text
    assert len(passage) <= 92


@pytest.mark.parametrize("length", [20, 60, 200, 5_000])
@pytest.mark.parametrize("query", ["caterer", "bikes web site", "nothing", "unheard"])
def test_a_passage_is_of_whole_words_and_no_longer_than_asked(length, query):
    passage = "".join(part for part, _ in snippet(TEXT, sought(query), length=length))
    inside = passage.strip("…")

    assert len(inside) <= length
    assert (
        f" {inside} ".replace("\n", " ") in f" {TEXT} ".replace(".", " ").replace(",", " ") or inside in TEXT
    )
    before, _, after = TEXT.partition(inside)
    assert not (before[-1:].isalnum() and inside[:1].isalnum())
    assert not (after[:1].isalnum() and inside[-1:].isalnum())
    assert passage.startswith("…") == bool(before)


def test_a_short_text_is_shown_whole_and_a_long_one_from_its_beginning():
    assert snippet("We lend bikes.", sought("cafe")) == (("We lend bikes.", False),)
    assert snippet("", sought("cafe")) == ()
    assert snippet(TEXT, sought("unheard"), length=30) == (("Nothing more is said of it…", False),)


def test_the_end_of_a_text_is_not_cut():
    parts = snippet(FILLER + "At last: bikes!", sought("bike"), length=40)

    assert parts == (("…more is said of it here. At last: ", False), ("bikes", True), ("!", False))


def test_marks_never_survive_as_markup():
    parts = snippet("<script>bikes</script>", sought("<b>bikes"))

    assert parts == (("<script>", False), ("bikes", True), ("</script>", False))


@pytest.mark.parametrize(
    "text",
    ['"(:+-*', '"', "\x00\x01", "\ud800", "🍰", "’’’", "   ", "x" * 30_000, "word " * 5_000, "ไทย ½ ﬁre"],
)
def test_any_text_can_be_searched_and_shown(text):
    for query in (text, "word fire"):
        for typing in (False, True):
            looked_for = sought(query, typing=typing)
            assert "".join(part for part, _ in highlight(text, looked_for)) == text
            assert len("".join(part for part, _ in snippet(text, looked_for, length=100))) <= 102
