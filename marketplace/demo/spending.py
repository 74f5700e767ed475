"""One opportunity of the demo: who asked and answered, whom the buyer liked, what was decided and paid."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import partial

from marketplace.accounts.models import User
from marketplace.demo.content import DemoDecision, DemoOpportunity, DemoPayment, DemoQuestion, DemoResponse
from marketplace.demo.events import Events
from marketplace.demo.past import drawn
from marketplace.demo.promising import form_key
from marketplace.demo.writing import Board
from marketplace.opportunities.models import Opportunity
from marketplace.organisations.models import Organisation
from marketplace.responses import asking, deciding, paying
from marketplace.responses import queries as answers
from marketplace.responses import services as responses
from marketplace.responses.models import Outcome, OutcomeKind, Payment, Question, Response

NOT_CHOSEN = "Another answer fitted better"


@dataclass(slots=True)
class Work:
    """What became of an opportunity; rows are there once they were written."""

    board: Board
    content: DemoOpportunity
    owner: str
    responses: dict[str, Response] = field(default_factory=dict)  # by the supplier's key
    questions: dict[str, Question] = field(default_factory=dict)
    payments: dict[str, Payment] = field(default_factory=dict)
    outcome: Outcome | None = None

    def gather(self, events: Events, joined: Mapping[str, datetime], *, after: datetime) -> None:
        """Note everything about it; `after` is when it was put up, `joined` when each came to the board."""
        for number, question in enumerate(self.content.questions):
            self._gather_question(f"{self.content.key} question {number}", question, events, after)
        last = [
            self._gather_answer(each, events, max(after, joined[each.supplier]))
            for each in self.content.responses
        ]
        decision = self.content.decision or self._usual_decision()
        if self.content.closed and not self.content.undecided:
            verb = partial(self._decide, decision)
            key = f"{self.content.key} decided"
            decided = events.add_on(key, decision.days_ago, verb, after=max(last, default=after))
            self._gather_payments(decision, events, decided)

    def _gather_question(self, key: str, question: DemoQuestion, events: Events, after: datetime) -> None:
        asked = events.add_on(key, question.days_ago, partial(self._ask, key, question), after=after)
        if question.answer:
            verb = partial(self._say, key, question)
            events.add_on(f"{key} answered", question.answered_days_ago, verb, after=asked)

    def _gather_answer(self, response: DemoResponse, events: Events, after: datetime) -> datetime:
        """An answer and whether the buyer liked it; returns the instant of the last."""
        key = f"{self.content.key} {response.supplier}"
        sent = events.add_on(key, response.days_ago, partial(self._respond, response), after=after)
        read = self._read_days_ago(response, key)
        if read is None:
            return sent
        return events.add_on(f"{key} read", read, partial(self._shortlist, response), after=sent)

    def _read_days_ago(self, response: DemoResponse, key: str) -> int | None:
        """When it was put on the shortlist: as written, or where nobody wrote of it, the winner and a few."""
        if response.shortlisted_days_ago is not None:
            return response.shortlisted_days_ago
        if self.content.undecided or self.content.decision:
            return None
        if self.content.closed:
            won = response.supplier == self._usual_decision().winner
            return max(-self.content.closes_in_days - 2, 0) if won else None
        is_liked = response.days_ago >= 5 and drawn(f"{key} shortlisted", 4) == 0
        return response.days_ago - 2 if is_liked else None

    def _gather_payments(self, decision: DemoDecision, events: Events, decided: datetime) -> None:
        for number, payment in enumerate(decision.payments):
            key = f"{self.content.key} payment {number}"
            declared = events.add_on(
                key, payment.days_ago, partial(self._declare, key, payment), after=decided
            )
            if payment.agreed_days_ago is not None:
                agree = partial(self._agree, key, decision.winner)
                events.add_on(f"{key} agreed", payment.agreed_days_ago, agree, after=declared)

    def _usual_decision(self) -> DemoDecision:
        """The first to answer wins; where nobody did, the buyer goes on another way."""
        days_ago = max(-self.content.closes_in_days - 5, 0)
        if not self.content.responses:
            return DemoDecision(days_ago=days_ago, kind=OutcomeKind.NONE_SUITABLE)
        first = max(self.content.responses, key=lambda each: each.days_ago)
        value = (self.content.value_low + self.content.value_high) // 2
        return DemoDecision(days_ago=days_ago, winner=first.supplier, value=value)

    def _ask(self, key: str, question: DemoQuestion, at: datetime) -> None:
        asker, actor = self._of(question.asker)
        self.questions[key] = asking.ask(
            self._row, question.words, asker=asker, actor=actor, now=at, form_key=form_key(key)
        )

    def _say(self, key: str, question: DemoQuestion, at: datetime) -> None:
        asking.answer(self.questions[key], question.answer, actor=self._buyer, now=at)

    def _respond(self, content: DemoResponse, at: datetime) -> None:
        supplier, actor = self._of(content.supplier)
        details = responses.AnswerDetails(
            words=content.words, price_low=content.price_low, price_high=content.price_high
        )
        self.responses[content.supplier] = responses.respond(
            self._row, details, supplier=supplier, actor=actor, now=at
        )

    def _shortlist(self, content: DemoResponse, at: datetime) -> None:
        response = self.responses[content.supplier]
        responses.shortlist(response, actor=self._buyer, now=at)
        if content.note:
            responses.note(response, content.note)

    def _decide(self, content: DemoDecision, at: datetime) -> None:
        day = self.board.today
        decision = deciding.Decision(
            kind=content.kind,
            winner=self.board.organisations[content.winner] if content.winner else None,
            winner_name=content.winner_name,
            winner_postcode=content.winner_postcode,
            value=content.value,
            starts_on=_later(day, content.starts_in_days),
            ends_on=_later(day, content.ends_in_days),
            words=content.words,
        )
        written = {self.board.organisations[each.supplier].id: each for each in self.content.responses}
        why = {each.id: _feedback(written[each.supplier_id]) for each in answers.to(self._row)}
        self.outcome = deciding.decide(self._row, decision, why, actor=self._buyer, now=at)

    def _declare(self, key: str, content: DemoPayment, at: datetime) -> None:
        assert self.outcome is not None  # noqa: S101  # it was decided first
        details = paying.PaymentDetails(
            pounds=content.pounds, paid_on=at.date(), words=content.words, form_key=form_key(key)
        )
        self.payments[key] = paying.declare(self.outcome, details, actor=self._buyer, now=at)

    def _agree(self, key: str, supplier: str, at: datetime) -> None:
        paying.agree(self.payments[key], actor=self.board.person(supplier), now=at)

    @property
    def _row(self) -> Opportunity:
        row = self.board.listings[self.content.key]
        assert isinstance(row, Opportunity)  # noqa: S101  # the content's opportunities are written as such
        return row

    @property
    def _buyer(self) -> User:
        return self.board.person(self.owner)

    def _of(self, key: str) -> tuple[Organisation, User]:
        return self.board.organisations[key], self.board.person(key)


def _later(today: date, days: int | None) -> date | None:
    return None if days is None else today + timedelta(days=days)


def _feedback(content: DemoResponse) -> responses.Feedback:
    return responses.Feedback(
        reason=content.reason or NOT_CHOSEN, did_well=content.did_well, do_better=content.do_better
    )
