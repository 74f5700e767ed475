import pytest

from search.text import LONGEST_QUERY, MOST_QUERY_WORDS
from search.understanding import Concept, Kind, Way, understand
from search.vocabulary import Vocabulary

WORDS = Vocabulary(
    [
        ("catering", 9),
        ("caterer", 3),
        ("cat", 5),
        ("category", 4),
        ("watering", 7),
        ("website", 5),
        ("web", 2),
        ("community", 50),
        ("centre", 40),
        ("village", 30),
        ("hall", 60),
        ("bicycle", 2),
        ("electrician", 4),
        ("electrical", 8),
        ("house", 20),
        ("horse", 3),
        ("online", 6),
        ("part", 5),
        ("apart", 5),
        ("carpet", 1),
        ("car", 9),
        ("pet", 9),
    ]
)
ODD = [
    '"(:+-*',
    '"',
    '""',
    '“”" "',
    "((((",
    "title_words:catering",
    "AND OR NOT",
    "cater* ~2 ^9",
    "\x00\x01",
    "\ud800 half a letter",
    "🍰",
    "’’’",
    "   ",
    "x" * 100_000,
    '"' + "x" * 300 + '"',
    "word " * 5_000,
    '"word" ' * 5_000,
    "1e400 -0 NaN",
    "ไทย 中文 ½ ﬁre",
]


def ways(text: str, kind: Kind, **asked: bool) -> list[list[tuple[str, ...]]]:
    """The stems of each concept's ways of one kind."""
    return [
        [way.stems for way in concept.ways if way.kind is kind]
        for concept in understand(text, WORDS, **asked)
    ]


@pytest.mark.parametrize(
    ("text", "stems"),
    [
        ("Caterers, catering and cater", [("cater",)]),
        ("I need someone to paint the village hall", [("paint",), ("villag",), ("hall",)]),
        ("for the", [("for",), ("the",)]),
        ("IT support", [("it",), ("support",)]),
        ("’’’ ?!", []),
        ("", []),
    ],
)
def test_each_telling_word_is_a_concept(text, stems):
    concepts = understand(text, WORDS)

    assert [concept.ways[0].stems for concept in concepts] == stems
    assert {concept.ways[0].kind for concept in concepts} <= {Kind.TYPED}
    assert not any(concept.quoted for concept in concepts)


def test_a_way_says_how_many_documents_have_it():
    (catering,) = understand("catering", WORDS)

    assert catering.ways[0] == Way(("cater",), Kind.TYPED, typos=0, frequency=9)


@pytest.mark.parametrize("text", ['"the Village Hall"', "“the village hall”", "„the, village… hall“ "])
def test_a_quotation_is_one_concept_in_its_very_words(text):
    phrase = Way(("the", "villag", "hall"), Kind.TYPED, frequency=0)

    assert understand(text, WORDS, typing=True) == (Concept((phrase,), quoted=True),)


def test_stop_words_beside_a_quotation_are_left_out():
    quoted, plain = understand('the "community centre" catering', WORDS)

    assert (quoted.quoted, quoted.ways[0].stems) == (True, ("communiti", "centr"))
    assert quoted.ways[0].frequency == 40
    assert plain.ways[0].stems == ("cater",)
    assert len(understand('the "community centre" for me', WORDS)) == 1


@pytest.mark.parametrize("text", ['"village hall', 'village hall"', '5" village 6" hall', '" village hall'])
def test_quotation_marks_that_quote_nothing_mean_nothing(text):
    concepts = understand(text, WORDS)

    assert {("villag",), ("hall",)} <= {concept.ways[0].stems for concept in concepts}
    assert not any(concept.quoted for concept in concepts)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("cattering", [("cater",)]),
        ("electricain", [("electrician",), ("electr",)]),
        ("hose", []),  # four letters
        ("hoose", [("hous",), ("hors",)]),
        ("house", [("hors",)]),
        ("mouse", []),  # the first letter counts twice
        ("catering", []),  # watering too
        ("h0use", []),
        ('"cattering"', []),
    ],
)
def test_slips_are_understood_in_words_of_five_letters_and_more(text, meant):
    assert ways(text, Kind.TYPO) == [meant]


def test_slips_say_how_many_typos_they_hold_and_keep_to_the_five_likeliest():
    many = Vocabulary([(f"hous{letter}", number) for number, letter in enumerate("abcdfghijk", start=1)])

    (concept,) = understand("house", many)
    slips = [way for way in concept.ways if way.kind is Kind.TYPO]

    assert [way.frequency for way in slips] == [10, 9, 8, 7, 6]
    assert {way.typos for way in slips} == {1}


def test_a_word_nobody_uses_is_compared_by_its_stem_too():
    (concept,) = understand("pritned", Vocabulary([("print", 3)]))

    assert concept.ways[1:] == (Way(("print",), Kind.TYPO, typos=1, frequency=3),)


def test_another_form_of_the_same_word_is_no_slip():
    (concept,) = understand("welcome", Vocabulary([("welcomes", 3), ("welcomed", 2)]))

    assert [way.kind for way in concept.ways] == [Kind.TYPED]


def test_the_last_word_is_the_beginning_of_others_while_typing():
    assert ways("hall cat", Kind.PREFIX, typing=True) == [[], [("cater",), ("categori",)]]
    assert ways("w", Kind.PREFIX, typing=True) == [[("water",), ("websit",), ("web",)]]
    assert ways("hall cat ", Kind.PREFIX, typing=True) == [[], []]
    assert ways("hall cat", Kind.PREFIX) == [[], []]


def test_a_beginning_hardly_any_word_has_may_hold_a_typo():
    (concept,) = understand("electirc", WORDS, typing=True)
    prefixes = [way for way in concept.ways if way.kind is Kind.PREFIX]

    assert [(way.stems, way.typos) for way in prefixes] == [(("electr",), 1), (("electrician",), 1)]
    assert ways("cet", Kind.PREFIX, typing=True) == [[]]


@pytest.mark.parametrize(
    ("text", "joined"),
    [
        ("web site", [[("websit",)], [("websit",)]]),
        ("my web site please", [[("websit",)], [("websit",)]]),
        ("on line", [[("onlin",)]]),
        ("a part", [[]]),
        ("web, hall", [[], []]),
        ('web "site"', [[], []]),
    ],
)
def test_neighbours_may_be_one_word(text, joined):
    assert ways(text, Kind.JOINED) == joined


@pytest.mark.parametrize(
    ("text", "parted"),
    [
        ("communitycentre", [("communiti", "centr")]),
        ("carpet", [("car", "pet")]),
        ("communityzz", []),
        ("website", []),
    ],
)
def test_one_word_may_be_two_that_are_commoner(text, parted):
    assert ways(text, Kind.SPLIT) == [parted]


def test_two_words_rarer_than_the_whole_are_no_reading_of_it():
    carpets = Vocabulary([("carpet", 9), ("car", 9), ("pet", 9)])

    assert [way.kind for way in understand("carpet", carpets)[0].ways][1:] == [Kind.SYNONYM] * 2


def test_synonyms_belong_to_each_word_of_the_phrase_they_stand_for():
    bike, community, centre = understand("bikes community centre", WORDS)

    assert Way(("bicycl",), Kind.SYNONYM, frequency=2) in bike.ways
    for concept in (community, centre):
        assert Way(("villag", "hall"), Kind.SYNONYM, frequency=30) in concept.ways
        assert ("communiti", "centr") not in {way.stems for way in concept.ways}


def test_a_concept_never_holds_the_same_way_twice():
    text = "food bank foodbank food bank community centre village hall function room community hall"
    for concept in understand(text, WORDS, typing=True):
        stems = [way.stems for way in concept.ways]
        assert len(stems) == len(set(stems))
        assert sum(way.kind is Kind.SYNONYM for way in concept.ways) <= 12  # of two phrases at most


@pytest.mark.parametrize("typing", [False, True])
@pytest.mark.parametrize("text", ODD)
def test_any_text_can_be_typed(text, typing):
    concepts = understand(text, WORDS, typing=typing)

    assert len(concepts) <= MOST_QUERY_WORDS
    assert all(concept.ways and all(way.stems for way in concept.ways) for concept in concepts)


def test_no_more_is_read_than_a_person_would_type():
    assert len(understand(" ".join(f"w{number}" for number in range(99)), WORDS)) == MOST_QUERY_WORDS
    assert understand(" " * LONGEST_QUERY + "catering", WORDS) == ()
