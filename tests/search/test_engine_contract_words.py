"""What every search engine makes of words."""

from datetime import date

import pytest

from search.schema import Query, Suggestion


def test_a_word_counts_most_in_the_title_then_in_categories_and_summary(engine, document, keys):
    plain = dict.fromkeys(("title", "summary", "organisation", "body"), "Plain words here")
    plain |= {"categories": ("plain/words",)}
    said = {
        "need:5": {"body": "Plain roofing here"},
        "need:4": {"organisation": "Plain roofing here"},
        "need:3": {"summary": "Plain roofing here"},
        "need:2": {"categories": ("plain/roofing",)},
        "need:1": {"title": "Plain roofing here"},
    }
    engine.upsert(document(key=key, **plain | change) for key, change in said.items())

    found = keys("roofing")

    assert found[:3] == ["need:1", "need:2", "need:3"]
    assert sorted(found[3:]) == ["need:4", "need:5"]


def test_whoever_has_every_word_comes_before_whoever_has_some_of_them(engine, document, keys):
    loud = "Minibus minibus minibus"
    engine.upsert(
        [
            document(key="need:1", title=loud, summary=loud, body=loud, organisation=loud),
            document(key="need:2", body="Long ago a driver of ours told of a minibus " + "and so on " * 50),
            document(key="need:3", title="Driver"),
            document(key="need:4", title="Garden"),
        ]
    )

    found = keys("minibus driver")

    assert found[0] == "need:2"
    assert set(found[1:]) <= {"need:1", "need:3"}
    assert len(found) > 1


@pytest.mark.parametrize("text", ["catering", "Caterers", "cater", "CATERER"])
def test_the_forms_of_a_word_find_each_other(engine, document, keys, text):
    engine.upsert([document(key="need:1", title="Caterers wanted"), document(key="need:2", title="We cater")])
    engine.upsert([document(key="need:3", title="Event catering"), document(key="need:4", title="Events")])

    assert sorted(keys(text)) == ["need:1", "need:2", "need:3"]


@pytest.mark.parametrize(
    "text", ["cafe", "CAFÉ", "cafe\u0301", "«café»", "children's", "childrens", "Children’s"]
)
def test_accents_case_apostrophes_and_punctuation_make_no_difference(engine, document, keys, text):
    engine.upsert([document(key="need:1", title="The Children’s Café!")])

    assert keys(text) == ["need:1"]


def test_words_that_say_nothing_are_passed_over_unless_they_are_all_there_is(engine, document, keys):
    engine.upsert(
        [
            document(key="need:1", title="Catering"),
            document(key="need:2", title="We are looking for someone to do the garden"),
            document(key="need:3", title="IT support"),
        ]
    )

    assert keys("I am looking for someone to do the catering") == ["need:1"]
    assert keys("for the") == ["need:2"]
    assert keys("it support") == ["need:3"]


def test_nothing_typed_finds_everything_newest_first_and_an_unknown_word_finds_nothing(
    engine, document, keys
):
    days = [date(2026, 3, 1), None, date(2026, 5, 1)]
    engine.upsert(document(key=f"need:{number}", published_on=day) for number, day in enumerate(days))

    assert keys("") == keys(' "(:+-* ') == ["need:2", "need:0", "need:1"]
    assert keys("xylophone") == []


SLIPS = {
    "musci": True,  # one letter wrong in five
    "gardne": True,
    "kutchan": False,  # two in seven
    "carpintor": True,  # two in nine
    "hlal": False,  # any in four
}


@pytest.mark.parametrize(("typed", "found"), SLIPS.items())
def test_a_word_of_five_letters_forgives_one_typo_and_one_of_nine_forgives_two(
    engine, document, keys, typed, found
):
    engine.upsert([document(key="need:1", title="Music hall, kitchen and garden: a carpenter")])

    assert keys(typed) == (["need:1"] if found else [])


def test_the_word_as_typed_comes_before_any_that_is_almost_it(engine, document, keys):
    loud = "Former former former"
    engine.upsert(
        [
            document(key="need:1", title="Former pupils", summary=loud, published_on=date(2026, 9, 9)),
            document(key="need:2", title="Untitled", body="Ask the old farmer " + "and so on " * 30),
        ]
    )

    assert keys("farmer")[0] == "need:2"


def test_a_slip_never_passes_what_was_typed_where_few_say_it_all(engine, document, keys):
    engine.upsert(
        [
            document(key="need:1", body="Once, in a hall, there was catering " + "and so on " * 50),
            document(key="need:2", title="Hall cattering", summary="Hall cattering"),
            document(key="need:3", title="Nothing of it"),
        ]
    )

    assert keys("hall catering")[:2] == ["need:1", "need:2"]
    assert keys("hall cattering")[:2] == ["need:2", "need:1"]


def test_another_form_of_the_word_counts_as_typed_and_what_is_almost_it_does_not(engine, document, keys):
    engine.upsert(
        [
            document(key="need:1", body="Catering, in the end " + "and so on " * 50),
            document(key="need:2", title="Carers", summary="Carers carers"),
        ]
    )

    assert keys("caters xylophone")[0] == "need:1"


def test_a_word_nobody_begins_suggests_nothing(engine, document):
    engine.upsert([document(title="Garden")])

    assert engine.suggest(Query("garden xyloph", place="durham", typing=True)) == ()


@pytest.mark.parametrize(
    ("typed", "title"),
    [("play group", "Playgroup"), ("playgroup", "Play group"), ("farm house tea", "Farmhouse tea")],
)
def test_words_written_as_one_and_as_two_find_each_other(engine, document, keys, typed, title):
    engine.upsert([document(key="need:1", title=title), document(key="need:2", title="Nothing of it")])

    assert keys(typed) == ["need:1"]


@pytest.mark.parametrize(
    ("typed", "title"),
    [
        ("bike", "Bicycle repairs"),
        ("bikes", "Cycle repairs"),
        ("village hall", "The community centre"),
        ("community centre", "Village halls"),
        ("community centre roof", "A roof for the village hall"),
    ],
)
def test_words_of_the_trade_that_mean_the_same_find_each_other(engine, document, keys, typed, title):
    engine.upsert([document(key="need:1", title=title), document(key="need:2", title="Garden")])

    assert keys(typed) == ["need:1"]


def test_the_last_word_begins_one_only_while_it_is_being_typed(engine, document, keys):
    engine.upsert([document(key="need:1", title="Catering"), document(key="need:2", title="Garden tools")])

    assert keys("cate", typing=True) == ["need:1"]
    assert keys("garden to", typing=True)[0] == "need:2"
    assert keys("cate") == []


@pytest.mark.parametrize("typed", ['"village hall"', "“village hall”", '"Village Halls"'])
def test_words_in_quotation_marks_stand_side_by_side(engine, document, keys, typed):
    engine.upsert(
        [
            document(key="need:1", title="Chairs for the village hall"),
            document(key="need:2", title="A hall in the village"),
            document(key="need:3", title="Village", summary="Hall"),
        ]
    )

    assert keys(typed) == ["need:1"]


def test_a_word_nobody_uses_does_not_keep_the_others_from_being_found(engine, document, keys):
    engine.upsert([document(key="need:1", title="Minibus driver"), document(key="need:2", title="Garden")])

    assert keys("xylophone minibus driver") == ["need:1"]


def test_suggestions_are_titles_that_fit_what_is_being_typed(engine, document):
    engine.upsert(
        [
            document(key="need:1", title="Catering for fifty"),
            document(
                key="organisation:1", family="organisation", title="Caterham Bakers", organisation="Cat"
            ),
            document(key="need:2", title="Garden", body="No catering here"),
            document(key="need:3", title="Catering", place="wear"),
            document(key="need:4", title="Catering", audience="org-7"),
        ]
    )

    def suggested(text: str, **asked) -> set[Suggestion]:
        return set(engine.suggest(Query(text, place="durham", typing=True, **asked)))

    catering = Suggestion("need:1", "need", "Catering for fifty")
    caterham = Suggestion("organisation:1", "organisation", "Caterham Bakers")
    assert suggested("cate") == {catering, caterham}
    assert suggested("catering fif") == {catering}
    assert suggested("CATE", filters={"family": frozenset({"organisation"})}) == {caterham}
    assert len(suggested("cate", limit=1)) == 1
    assert suggested("xylo") == suggested("") == suggested(" (* ") == set()
