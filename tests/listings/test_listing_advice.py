"""What its owner could add to a notice so that it is matched better."""

import pytest

from marketplace.listings import advice
from tests.factories import NeedFactory, OfferFactory, OpportunityFactory
from tests.scenes import member_of, signed_in
from tests.visitor import Visitor

TELLING = "Damp surveys, dry rot repairs, slate roofs, lead flashing and lime plaster for old stone cottages."


@pytest.mark.parametrize(
    ("text", "little"),
    [
        ("", True),
        ("Roof repair wanted.", True),
        ("We need a great supplier to deliver the best possible service to our community.", True),
        ("damp rot slate lead lime stone oak", True),
        ("damp rot slate lead lime stone oak brick", False),
        (TELLING * 100, False),
        ("Ремонт крыши, стены, окна, двери, лестницы, полы, потолок и печи в старых домах.", False),
    ],
)
def test_a_text_of_few_telling_words_says_little(text, little):
    assert advice.says_little(text) is little


def test_all_its_texts_count_together():
    assert not advice.says_little("damp rot slate lead", "lime stone oak brick")


def test_a_notice_that_says_enough_is_left_alone(app):
    assert advice.for_owner(OpportunityFactory(body=TELLING, value_high=900)) == []
    assert advice.for_owner(NeedFactory(body=TELLING)) == []


def test_an_opportunity_of_three_words_without_place_or_value_is_told_all_three(app):
    bare = OpportunityFactory(title="Roof repair wanted", body="Roof repair wanted", lat=None, lon=None)

    assert advice.for_owner(bare) == [advice.SAY_MORE, advice.SAY_WHERE, advice.SAY_HOW_MUCH]


def test_an_offer_is_asked_for_words_alone(app):
    assert advice.for_owner(OfferFactory(body="Chairs", lat=None, lon=None)) == [advice.SAY_MORE]


def test_the_owner_reads_it_before_and_after_publishing_and_nobody_else_does(app, visitor):
    need = NeedFactory(title="Chairs", body="Some chairs")
    signed_in(visitor, member_of(need.organisation))

    for path in (f"/needs/{need.id}/preview", f"/needs/{need.id}"):
        assert advice.SAY_MORE in visitor.open(path).text
    assert advice.SAY_MORE not in Visitor(app).open(f"/needs/{need.id}").text
