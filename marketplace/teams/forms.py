"""What an owner types about the team: roles, limits and budgets."""

from flask_wtf import FlaskForm
from wtforms import BooleanField, DateField, StringField
from wtforms.validators import Length, NumberRange, Optional

from marketplace.organisations.models import Membership
from marketplace.teams.models import Budget, TeamLimit
from marketplace.teams.services import BudgetDetails, LimitDetails, Roles
from marketplace.web.fields import WholeNumberField, required, stripped

_SOME = NumberRange(min=0, max=1_000_000, message="Enter a whole number from 0 to 1,000,000")
_POUNDS = NumberRange(min=0, max=1_000_000_000, message="Enter a number of whole pounds, 0 or more")


class RolesForm(FlaskForm):
    may_pledge = BooleanField("Promise something for the organisation")
    may_approve = BooleanField("Approve promises that go over the limit")
    may_certify = BooleanField("Certify that what was promised was given")

    @classmethod
    def of(cls, membership: Membership) -> "RolesForm":
        return cls(obj=membership)

    def roles(self) -> Roles:
        return Roles(
            may_pledge=self.may_pledge.data,
            may_approve=self.may_approve.data,
            may_certify=self.may_certify.data,
        )


class LimitsForm(FlaskForm):
    hours = WholeNumberField(
        "Hours one person may promise alone",
        description="Volunteering, skilled help and rooms. Leave empty for no limit.",
        validators=[Optional(), _SOME],
    )
    money = WholeNumberField(
        "Money one person may promise alone",
        description="In each promise. 0 means that every promise of money needs a second person.",
        validators=[Optional(), _POUNDS],
    )
    goods = WholeNumberField("Things one person may promise alone", validators=[Optional(), _SOME])
    certifies = BooleanField("Have somebody certify what was given before it is reported")

    @classmethod
    def of(cls, limit: TeamLimit | None) -> "LimitsForm":
        return cls(obj=limit)

    def details(self) -> LimitDetails:
        return LimitDetails(
            hours=self.hours.data,
            money=self.money.data,
            goods=self.goods.data,
            certifies=self.certifies.data,
        )


class BudgetForm(FlaskForm):
    name = StringField(
        "What do you call it?",
        description="Such as “Giving in 2026” or “Spring volunteering days”.",
        filters=[stripped],
        validators=[required("Give the budget a name"), Length(max=80)],
    )
    starts_on = DateField("First day", validators=[required("Enter the first day, such as 1 April 2026")])
    ends_on = DateField("Last day", validators=[required("Enter the last day, such as 31 March 2027")])
    hours = WholeNumberField(
        "Hours of your people’s time",
        description="Volunteering, skilled help and rooms together. Leave empty what you don’t count.",
        validators=[Optional(), _SOME],
    )
    money = WholeNumberField("Money", validators=[Optional(), _POUNDS])
    goods = WholeNumberField("Things to give or lend", validators=[Optional(), _SOME])

    @classmethod
    def of(cls, budget: Budget | None) -> "BudgetForm":
        return cls(obj=budget)

    def details(self) -> BudgetDetails:
        return BudgetDetails(
            name=self.name.data,
            starts_on=self.starts_on.data,
            ends_on=self.ends_on.data,
            hours=self.hours.data,
            money=self.money.data,
            goods=self.goods.data,
        )
