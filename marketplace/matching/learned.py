"""The weights in use: those that came with the software, or those learned here since."""

from collections.abc import Mapping

from marketplace.extensions import db
from marketplace.matching.models import RankingModel
from search.ranking import SHIPPED, Model


def model() -> Model:
    """Of each side, the weights that won last; where none were learned, the shipped ones."""
    query = db.select(RankingModel).where(
        RankingModel.in_use_from.is_not(None), RankingModel.retired_at.is_(None)
    )
    in_use = {row.side: row for row in db.session.scalars(query.order_by(RankingModel.id))}
    weights = {
        side: _complete(in_use[side].weights, shipped) if side in in_use else shipped
        for side, shipped in SHIPPED.weights.items()
    }
    return Model(
        weights,
        {side: in_use[side].version if side in in_use else SHIPPED.versions[side] for side in weights},
    )


def _complete(learned: Mapping[str, float], shipped: Mapping[str, float]) -> dict[str, float]:
    """Learned weights as this software reads them: a feature they never knew of has no weight yet."""
    return {name: float(learned.get(name, 0.0)) for name in shipped}
