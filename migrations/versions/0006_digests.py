"""Letters that are called off, held, dropped and told of; choices of letters; answers from a digest.

Digests sent before keep their items, each with the notice of its match. Nothing else changes.
"""

import sqlalchemy as sa
from alembic import op

revision = '0006_digests'
down_revision = '0005_delivery'


def upgrade() -> None:
    op.create_table('mail_run',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('stream', sa.Enum('account', 'news', 'digest', 'todo', 'summary', name='stream', native_enum=False, length=32), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('batch_id', sa.String(length=120), nullable=False),
    sa.Column('began_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('chosen_to', sa.Integer(), nullable=False),
    sa.Column('chosen_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('cancelled_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_mail_run')),
    sa.UniqueConstraint('stream', 'day', name=op.f('uq_mail_run_stream_day'))
    )
    op.create_table('suppression',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('mark', sa.String(length=64), nullable=False),
    sa.Column('stream', sa.String(length=32), nullable=False),
    sa.Column('why', sa.Enum('unsubscribed', 'bounced', 'blocked', 'spam', name='why', native_enum=False, length=32), nullable=False),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_suppression')),
    sa.UniqueConstraint('mark', 'stream', name=op.f('uq_suppression_mark_stream'))
    )
    op.create_table('mail_event',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('event_id', sa.String(length=120), nullable=False),
    sa.Column('name', sa.String(length=32), nullable=False),
    sa.Column('message_id', sa.Integer(), nullable=True),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('received_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('words', sa.String(length=200), nullable=False),
    sa.ForeignKeyConstraint(['message_id'], ['mail_message.id'], name=op.f('fk_mail_event_message_id_mail_message')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_mail_event')),
    sa.UniqueConstraint('event_id', name=op.f('uq_mail_event_event_id'))
    )
    with op.batch_alter_table('mail_event', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_mail_event_message_id'), ['message_id'], unique=False)

    op.create_table('mail_choice',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('stream', sa.Enum('account', 'news', 'digest', 'todo', 'summary', name='stream', native_enum=False, length=32), nullable=False),
    sa.Column('is_on', sa.Boolean(), nullable=False),
    sa.Column('basis', sa.Enum('consent', 'soft_opt_in', 'service', name='basis', native_enum=False, length=32), nullable=False),
    sa.Column('wording', sa.String(length=20), nullable=False),
    sa.Column('source', sa.String(length=40), nullable=False),
    sa.Column('said_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['user_id'], ['user.id'], name=op.f('fk_mail_choice_user_id_user')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_mail_choice')),
    sa.UniqueConstraint('user_id', 'stream', name=op.f('uq_mail_choice_user_id_stream'))
    )
    _items_of_their_own()

    with op.batch_alter_table('digest', schema=None) as batch_op:
        batch_op.add_column(sa.Column('frequency', sa.Enum('daily', 'weekly', 'monthly', 'paused', name='digestfrequency', native_enum=False, length=32), nullable=False, server_default='weekly'))
        batch_op.add_column(sa.Column('met_at', sa.DateTime(timezone=True), nullable=True))
    op.execute("UPDATE digest SET met_at = created_at")  # nobody counted before who came

    with op.batch_alter_table('mail_message', schema=None) as batch_op:
        batch_op.add_column(sa.Column('run_id', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('template', sa.String(length=60), nullable=False, server_default=''))
        batch_op.add_column(sa.Column('words', sa.JSON(), nullable=True))
        batch_op.add_column(sa.Column('handing_at', sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('handed_by', sa.String(length=32), nullable=False, server_default=''))
        batch_op.add_column(sa.Column('held_at', sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('dropped_at', sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('dropped_why', sa.String(length=40), nullable=False, server_default=''))
        batch_op.add_column(sa.Column('delivered_at', sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('failed_at', sa.DateTime(timezone=True), nullable=True))
        batch_op.drop_constraint(batch_op.f('ck_mail_message_sent_or_refused'), type_='check')
        batch_op.create_check_constraint(
            batch_op.f('ck_mail_message_settled_once'),
            '(CASE WHEN sent_at IS NULL THEN 0 ELSE 1 END) + (CASE WHEN refused_at IS NULL THEN 0 ELSE 1 END)'
            ' + (CASE WHEN dropped_at IS NULL THEN 0 ELSE 1 END) <= 1',
        )
        batch_op.create_index('ix_mail_message_waiting', ['run_id', 'id'], unique=False, sqlite_where=sa.text('sent_at IS NULL AND refused_at IS NULL AND dropped_at IS NULL'), postgresql_where=sa.text('sent_at IS NULL AND refused_at IS NULL AND dropped_at IS NULL'))
        batch_op.create_unique_constraint(batch_op.f('uq_mail_message_run_id_user_id'), ['run_id', 'user_id'])
        batch_op.create_foreign_key(batch_op.f('fk_mail_message_run_id_mail_run'), 'mail_run', ['run_id'], ['id'])

    # Who waits for a line, or holds a place on it, is asked at every promise: of all its pledges, few.
    op.create_index(op.f('ix_pledge_quantity_id_status'), 'pledge', ['quantity_id', 'status'])
    op.drop_index(op.f('ix_pledge_quantity_id'), 'pledge')

    with op.batch_alter_table('user', schema=None) as batch_op:
        batch_op.add_column(sa.Column('eased_from', sa.Enum('daily', 'weekly', 'monthly', 'paused', name='digestfrequency', native_enum=False, length=32), nullable=True))
        batch_op.add_column(sa.Column('eased_at', sa.DateTime(timezone=True), nullable=True))



def downgrade() -> None:
    op.create_index(op.f('ix_pledge_quantity_id'), 'pledge', ['quantity_id'])
    op.drop_index(op.f('ix_pledge_quantity_id_status'), 'pledge')
    with op.batch_alter_table('user', schema=None) as batch_op:
        batch_op.drop_column('eased_at')
        batch_op.drop_column('eased_from')

    with op.batch_alter_table('digest', schema=None) as batch_op:
        batch_op.drop_column('met_at')
        batch_op.drop_column('frequency')

    with op.batch_alter_table('mail_message', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('fk_mail_message_run_id_mail_run'), type_='foreignkey')
        batch_op.drop_constraint(batch_op.f('uq_mail_message_run_id_user_id'), type_='unique')
        batch_op.drop_constraint(batch_op.f('ck_mail_message_settled_once'), type_='check')
        batch_op.drop_index('ix_mail_message_waiting', sqlite_where=sa.text('sent_at IS NULL AND refused_at IS NULL AND dropped_at IS NULL'), postgresql_where=sa.text('sent_at IS NULL AND refused_at IS NULL AND dropped_at IS NULL'))
        batch_op.drop_column('failed_at')
        batch_op.drop_column('delivered_at')
        batch_op.drop_column('dropped_why')
        batch_op.drop_column('dropped_at')
        batch_op.drop_column('held_at')
        batch_op.drop_column('handed_by')
        batch_op.drop_column('handing_at')
        batch_op.drop_column('words')
        batch_op.drop_column('template')
        batch_op.drop_column('run_id')
        batch_op.create_check_constraint(
            batch_op.f('ck_mail_message_sent_or_refused'), 'sent_at IS NULL OR refused_at IS NULL'
        )

    _items_by_place()
    op.drop_table('mail_choice')
    with op.batch_alter_table('mail_event', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_mail_event_message_id'))

    op.drop_table('mail_event')
    op.drop_table('suppression')
    op.drop_table('mail_run')


def _items_of_their_own() -> None:
    """Each item gets a number, for the links of its buttons: a new key, so a new table."""
    _put_aside()
    op.create_table('digest_item',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('digest_id', sa.Integer(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('kind', sa.Enum('match', 'found', 'closing', name='itemkind', native_enum=False, length=32), nullable=False),
    sa.Column('listing_id', sa.Integer(), nullable=False),
    sa.Column('organisation_id', sa.Integer(), nullable=True),
    sa.Column('match_id', sa.Integer(), nullable=True),
    sa.Column('search_id', sa.Integer(), nullable=True),
    sa.Column('explored', sa.Boolean(), nullable=False),
    sa.Column('answer', sa.Enum('interested', 'declined', 'later', name='answer', native_enum=False, length=32), nullable=True),
    sa.Column('answered_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['digest_id'], ['digest.id'], name=op.f('fk_digest_item_digest_id_digest')),
    sa.ForeignKeyConstraint(['listing_id'], ['listing.id'], name=op.f('fk_digest_item_listing_id_listing')),
    sa.ForeignKeyConstraint(['match_id'], ['match.id'], name=op.f('fk_digest_item_match_id_match')),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_digest_item_organisation_id_organisation')),
    sa.ForeignKeyConstraint(['search_id'], ['saved_search.id'], name=op.f('fk_digest_item_search_id_saved_search'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_digest_item')),
    sa.UniqueConstraint('digest_id', 'position', name=op.f('uq_digest_item_digest_id_position')),
    )
    op.execute(
        "INSERT INTO digest_item (digest_id, position, kind, listing_id, organisation_id, match_id, explored)"
        " SELECT item.digest_id, item.position, 'match', found.listing_id, found.organisation_id, found.id, found.explored"
        " FROM old_digest_item AS item JOIN match AS found ON found.id = item.match_id"
        " ORDER BY item.digest_id, item.position"
    )
    op.drop_table('old_digest_item')
    op.create_index(op.f('ix_digest_item_match_id'), 'digest_item', ['match_id'])
    op.create_index(op.f('ix_digest_item_listing_id'), 'digest_item', ['listing_id'])


def _items_by_place() -> None:
    """As it was; what was found by a search has no place there."""
    op.drop_index(op.f('ix_digest_item_listing_id'), 'digest_item')
    _put_aside()
    op.create_table('digest_item',
    sa.Column('digest_id', sa.Integer(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('match_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['digest_id'], ['digest.id'], name=op.f('fk_digest_item_digest_id_digest')),
    sa.ForeignKeyConstraint(['match_id'], ['match.id'], name=op.f('fk_digest_item_match_id_match')),
    sa.PrimaryKeyConstraint('digest_id', 'position', name=op.f('pk_digest_item')),
    )
    op.execute(
        "INSERT INTO digest_item (digest_id, position, match_id)"
        " SELECT digest_id, position, match_id FROM old_digest_item WHERE match_id IS NOT NULL"
    )
    op.drop_table('old_digest_item')
    op.create_index(op.f('ix_digest_item_match_id'), 'digest_item', ['match_id'])


def _put_aside() -> None:
    """Make room for a table of the same name; in PostgreSQL the name of its key is taken as well."""
    op.drop_index(op.f('ix_digest_item_match_id'), 'digest_item')
    op.rename_table('digest_item', 'old_digest_item')
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER INDEX pk_digest_item RENAME TO pk_old_digest_item")
        op.execute("ALTER TABLE old_digest_item DROP CONSTRAINT IF EXISTS uq_digest_item_digest_id_position")
