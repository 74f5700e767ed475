"""The receiver's thanks, and the story that others read."""

from datetime import datetime

from marketplace import audit
from marketplace.accounts.models import User
from marketplace.errors import Refused
from marketplace.extensions import db
from marketplace.files import services as files
from marketplace.files.models import File
from marketplace.pledges import moves
from marketplace.pledges.models import DeliveryStatus, End, Pledge, Story

_CAME = (DeliveryStatus.CONFIRMED, DeliveryStatus.VERIFIED)


def thank(
    pledge: Pledge, words: str, said_by: str, file: File | None = None, *, actor: User | None, now: datetime
) -> Story:
    """Say in public what came of it, with a photo if there is one. Said again, the words are replaced."""
    moves.only(pledge, End.RECEIVER, actor)
    moves.hold(pledge)
    if not any(row.status in _CAME for row in pledge.deliveries):
        raise Refused("Say first that it came. Then you can thank them.")
    if not words.strip():
        raise Refused("Say what came of it, in a few words.", field="words")
    if file is not None and (not file.is_image or file.organisation_id != pledge.receiver_id):
        raise Refused("Choose a photo of your own.", field="file")
    story = db.session.scalar(db.select(Story).where(Story.pledge_id == pledge.id))
    if story is not None and story.taken_down_at is not None:
        raise Refused("These thanks were taken down, so they stay off the board.")
    is_new = story is None
    if story is None:
        story = Story(pledge=pledge, published_at=now)
        db.session.add(story)
    elif (story.words, story.said_by, story.file_id) == (words, said_by, file.id if file else story.file_id):
        return story
    story.words, story.said_by, story.file = words, said_by[:80], file or story.file
    if file is not None:
        files.make_public(file)
    pledge.version += 1
    audit.record("pledge.thanked", pledge, actor=actor)
    if is_new:
        moves.tell(pledge, "pledge_thanked", End.GIVER, words=words)
    return story


def take_down_story(story: Story, *, actor: User | None, now: datetime) -> None:
    """Take the thanks off the board: either end may, and the convener."""
    pledge = story.pledge
    moves.hold(pledge)
    db.session.refresh(story)
    if story.taken_down_at is not None:
        return
    ends = (pledge.giver_id, pledge.receiver_id)
    if actor is not None and not actor.is_convener and not any(moves.is_of(each, actor) for each in ends):
        raise Refused("Only the two sides and the convener can take this down.")
    story.taken_down_at = now
    if story.file is not None:
        files.make_private(story.file)
    audit.record("pledge.story_taken_down", pledge, actor=actor)
