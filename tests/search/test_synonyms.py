import pytest

from search.synonyms import Synonyms, read, synonyms
from search.text import stemmed

LIST = Synonyms(
    [["bike", "bicycle", "cycle"], ["village hall", "community centre"], ["hall", "auditorium"]],
    [("vehicle", ["van", "bike"]), ("bike", ["tandem"])],
)


@pytest.mark.parametrize(
    ("asked", "called"),
    [
        ("bike", ["bicycle", "cycle", "tandem"]),
        ("bikes", ["bicycle", "cycle", "tandem"]),
        ("cycling", ["bike", "bicycle"]),
        ("village halls", ["community centre"]),
        ("village", []),
        ("hall village", []),
        ("vehicles", ["van", "bike"]),
        ("van", []),
    ],
)
def test_what_else_a_thing_is_called(asked, called):
    assert [" ".join(words) for words in LIST.of(tuple(asked.split()))] == called


def test_the_longest_phrase_is_taken_and_stands_for_each_of_its_words():
    found = LIST.for_each(("the", "village", "hall", "bicycle", "hall"))

    centre, bikes = (("community", "centre"),), (("bike",), ("cycle",))
    assert found == [(), centre, centre, bikes, (("auditorium",),)]


def test_a_phrase_that_holds_the_words_asked_for_is_found_without_a_list():
    bins = Synonyms([["bin", "wheelie bin", "dustbin"]], [("tools", ["hand tool", "drill"])])

    assert bins.mapping() == {
        "bin": ["dustbin"],
        "wheelie bin": ["bin", "dustbin"],
        "dustbin": ["bin", "wheelie bin"],
        "tools": ["drill"],
    }


def test_no_more_than_six_other_names_are_looked_for():
    many = Synonyms([["one", "two", "three", "four", "five", "six", "seven", "eight"]])

    assert len(many.of(("one",))) == 7
    assert len(many.for_each(("one",))[0]) == 6


def test_the_list_can_be_had_as_each_phrase_with_what_it_finds():
    assert LIST.mapping()["village hall"] == ["community centre"]
    assert LIST.mapping()["bike"] == ["bicycle", "cycle", "tandem"]
    assert LIST.mapping()["vehicle"] == ["van", "bike"]
    assert "van" not in LIST.mapping()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('groups = [["a", "b"], ["bike", "cycle", "bike"]]', "Group 2 .“bike”, .*“bike” twice"),
        ('groups = [["bike", "cycle", "bikes"]]', "Group 1 .*“bikes” and “bike”, which are found alike"),
        ('groups = [["bike"]]', "Group 1 .*at least two"),
        ('groups = [["Bike", "cycle"]]', "Group 1 .*“Bike”; write it “bike”"),
        ('groups = [["e-bike", "cycle"]]', "write it “e bike”"),
        ('groups = [["", "cycle"]]', "Group 1"),
        ('groups = ["bike"]', "Group 1 must be a list"),
        ("groups = [[1, 2]]", "Group 1 must be a list"),
        ("grups = []", "words nobody reads: grups"),
        ('[[one_way]]\nfrom = "vehicle"\nto = []', "from “vehicle” needs at least two"),
        ('[[one_way]]\nfrom = "van"\nto = ["van"]', "from “van” says “van” twice"),
        ('[[one_way]]\nfrom = "van"', "says “from”, a phrase, and “to”"),
        ('[[one_way]]\nfrom = "van"\nto = "bus"', "from “van” must be a list"),
        (
            '[[one_way]]\nfrom = "pet"\nto = ["dog"]\n[[one_way]]\nfrom = "pet"\nto = ["cat"]',
            "comes twice",
        ),
    ],
)
def test_a_mistake_in_the_list_is_refused_with_the_place_and_the_reason(text, message):
    with pytest.raises(ValueError, match=message):
        read(text)


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("bikes", "cycle"),
        ("ppe", "personal protective equipment"),
        ("sparky", "electrician"),
        ("village hall", "community centre"),
        ("grass cutting", "grounds maintenance"),
        ("it support", "computer support"),
        ("foodbank", "food pantry"),
        ("dbs", "disclosure and barring service"),
        ("rough sleepers", "homeless"),
        ("colour", "color"),
        ("vehicle", "van"),
        ("sofa", "settee"),
    ],
)
def test_our_own_list_knows_the_trade(asked, found):
    assert tuple(found.split()) in synonyms().of(tuple(asked.split()))


def test_our_own_list_is_large_and_has_nothing_that_every_text_says():
    alone = {stems for phrase in synonyms().mapping() if len(stems := stemmed(phrase.split())) == 1}

    assert len(synonyms().groups) >= 170
    assert max(map(len, synonyms().groups)) <= 7
    assert alone.isdisjoint(
        (word,) for word in ("it", "send", "public", "market", "provis", "servic", "work")
    )
    assert [others for others in synonyms().mapping().values() if "aed" in others] == []  # its stem is “a”
