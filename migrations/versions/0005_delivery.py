"""From promise to delivery: the ledger, deliveries, conversations, files, teams, questions and outcomes.

Pledges made before keep their state: what was accepted gets its one delivery. Their ledger entries are
written when the application is next brought up to date.
"""

import sqlalchemy as sa
from alembic import op

revision = '0005_delivery'
down_revision = '0004_match'


def upgrade() -> None:
    op.create_table('ledger_head',
    sa.Column('id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('entries', sa.BigInteger(), nullable=False),
    sa.Column('hash', sa.String(length=64), nullable=False),
    sa.CheckConstraint('id = 1', name=op.f('ck_ledger_head_one_row')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_ledger_head'))
    )
    op.create_table('ledger_total',
    sa.Column('side', sa.Enum('support', 'spend', name='side', native_enum=False, length=32), nullable=False),
    sa.Column('stage', sa.Enum('promised', 'accepted', 'delivered', 'confirmed', 'verified', 'awarded', 'started', 'paid', name='stage', native_enum=False, length=32), nullable=False),
    sa.Column('kind', sa.String(length=20), nullable=False),
    sa.Column('quantity', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('side', 'stage', 'kind', name=op.f('pk_ledger_total'))
    )
    op.create_table('ledger_check',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('checked_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('first', sa.BigInteger(), nullable=False),
    sa.Column('entries', sa.BigInteger(), nullable=False),
    sa.Column('hash', sa.String(length=64), nullable=False),
    sa.Column('faults', sa.Integer(), nullable=False),
    sa.Column('words', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_ledger_check'))
    )
    op.create_table('block',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('by_id', sa.Integer(), nullable=False),
    sa.Column('of_id', sa.Integer(), nullable=False),
    sa.Column('blocked_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('blocked_by_id', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['blocked_by_id'], ['user.id'], name=op.f('fk_block_blocked_by_id_user')),
    sa.ForeignKeyConstraint(['by_id'], ['organisation.id'], name=op.f('fk_block_by_id_organisation')),
    sa.ForeignKeyConstraint(['of_id'], ['organisation.id'], name=op.f('fk_block_of_id_organisation')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_block')),
    sa.UniqueConstraint('by_id', 'of_id', name=op.f('uq_block_by_id_of_id'))
    )
    with op.batch_alter_table('block', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_block_of_id'), ['of_id'], unique=False)

    op.create_table('budget',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('organisation_id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=80), nullable=False),
    sa.Column('starts_on', sa.Date(), nullable=False),
    sa.Column('ends_on', sa.Date(), nullable=False),
    sa.Column('hours', sa.Integer(), nullable=True),
    sa.Column('money', sa.Integer(), nullable=True),
    sa.Column('goods', sa.Integer(), nullable=True),
    sa.Column('hours_used', sa.Integer(), nullable=False),
    sa.Column('money_used', sa.Integer(), nullable=False),
    sa.Column('goods_used', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('goods_used >= 0 AND goods_used <= goods', name=op.f('ck_budget_goods_within')),
    sa.CheckConstraint('hours_used >= 0 AND hours_used <= hours', name=op.f('ck_budget_hours_within')),
    sa.CheckConstraint('money_used >= 0 AND money_used <= money', name=op.f('ck_budget_money_within')),
    sa.CheckConstraint('starts_on <= ends_on', name=op.f('ck_budget_starts_before_it_ends')),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_budget_organisation_id_organisation')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_budget'))
    )
    with op.batch_alter_table('budget', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_budget_organisation_id_starts_on'), ['organisation_id', 'starts_on'], unique=False)

    op.create_table('bundle',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('giver_id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.Column('form_key', sa.String(length=64), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('created_by_id', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['created_by_id'], ['user.id'], name=op.f('fk_bundle_created_by_id_user')),
    sa.ForeignKeyConstraint(['giver_id'], ['organisation.id'], name=op.f('fk_bundle_giver_id_organisation')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_bundle')),
    sa.UniqueConstraint('form_key', name=op.f('uq_bundle_form_key'))
    )
    with op.batch_alter_table('bundle', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_bundle_giver_id'), ['giver_id'], unique=False)

    op.create_table('file',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('key', sa.String(length=64), nullable=False),
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.Column('media_type', sa.String(length=120), nullable=False),
    sa.Column('size', sa.Integer(), nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('organisation_id', sa.Integer(), nullable=False),
    sa.Column('uploaded_by_id', sa.Integer(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('is_public', sa.Boolean(), nullable=False),
    sa.CheckConstraint('size > 0', name=op.f('ck_file_size_positive')),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_file_organisation_id_organisation')),
    sa.ForeignKeyConstraint(['uploaded_by_id'], ['user.id'], name=op.f('fk_file_uploaded_by_id_user')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_file')),
    sa.UniqueConstraint('key', name=op.f('uq_file_key'))
    )
    with op.batch_alter_table('file', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_file_organisation_id'), ['organisation_id'], unique=False)

    op.create_table('team_limit',
    sa.Column('organisation_id', sa.Integer(), nullable=False),
    sa.Column('hours', sa.Integer(), nullable=True),
    sa.Column('money', sa.Integer(), nullable=True),
    sa.Column('goods', sa.Integer(), nullable=True),
    sa.Column('certifies', sa.Boolean(), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('goods >= 0', name=op.f('ck_team_limit_goods_not_negative')),
    sa.CheckConstraint('hours >= 0', name=op.f('ck_team_limit_hours_not_negative')),
    sa.CheckConstraint('money >= 0', name=op.f('ck_team_limit_money_not_negative')),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_team_limit_organisation_id_organisation')),
    sa.PrimaryKeyConstraint('organisation_id', name=op.f('pk_team_limit'))
    )
    op.create_table('file_reader',
    sa.Column('file_id', sa.Integer(), nullable=False),
    sa.Column('organisation_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['file_id'], ['file.id'], name=op.f('fk_file_reader_file_id_file')),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_file_reader_organisation_id_organisation')),
    sa.PrimaryKeyConstraint('file_id', 'organisation_id', name=op.f('pk_file_reader'))
    )
    op.create_table('shortlisted',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('organisation_id', sa.Integer(), nullable=False),
    sa.Column('listing_id', sa.Integer(), nullable=False),
    sa.Column('note', sa.Text(), nullable=False),
    sa.Column('added_by_id', sa.Integer(), nullable=True),
    sa.Column('added_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['added_by_id'], ['user.id'], name=op.f('fk_shortlisted_added_by_id_user')),
    sa.ForeignKeyConstraint(['listing_id'], ['listing.id'], name=op.f('fk_shortlisted_listing_id_listing')),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_shortlisted_organisation_id_organisation')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_shortlisted')),
    sa.UniqueConstraint('organisation_id', 'listing_id', name=op.f('uq_shortlisted_organisation_id_listing_id'))
    )
    with op.batch_alter_table('shortlisted', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_shortlisted_listing_id'), ['listing_id'], unique=False)

    op.create_table('thread',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('listing_id', sa.Integer(), nullable=False),
    sa.Column('organisation_id', sa.Integer(), nullable=False),
    sa.Column('owner_id', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('last_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('organisation_last_id', sa.Integer(), nullable=False),
    sa.Column('owner_last_id', sa.Integer(), nullable=False),
    sa.Column('asked_id', sa.Integer(), nullable=True),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('answer_hours', sa.Integer(), nullable=True),
    sa.CheckConstraint('organisation_id <> owner_id', name=op.f('ck_thread_not_with_oneself')),
    sa.ForeignKeyConstraint(['asked_id'], ['organisation.id'], name=op.f('fk_thread_asked_id_organisation')),
    sa.ForeignKeyConstraint(['listing_id'], ['listing.id'], name=op.f('fk_thread_listing_id_listing')),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_thread_organisation_id_organisation')),
    sa.ForeignKeyConstraint(['owner_id'], ['organisation.id'], name=op.f('fk_thread_owner_id_organisation')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_thread')),
    sa.UniqueConstraint('listing_id', 'organisation_id', name=op.f('uq_thread_listing_id_organisation_id'))
    )
    with op.batch_alter_table('thread', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_thread_asked_id_asked_at'), ['asked_id', 'asked_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_thread_organisation_id_last_at'), ['organisation_id', 'last_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_thread_owner_id_last_at'), ['owner_id', 'last_at'], unique=False)

    op.create_table('contact_shared',
    sa.Column('thread_id', sa.Integer(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('shared_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['thread_id'], ['thread.id'], name=op.f('fk_contact_shared_thread_id_thread')),
    sa.ForeignKeyConstraint(['user_id'], ['user.id'], name=op.f('fk_contact_shared_user_id_user')),
    sa.PrimaryKeyConstraint('thread_id', 'user_id', name=op.f('pk_contact_shared'))
    )
    op.create_table('message',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('thread_id', sa.Integer(), nullable=False),
    sa.Column('organisation_id', sa.Integer(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=True),
    sa.Column('words', sa.Text(), nullable=False),
    sa.Column('sent_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('way', sa.Enum('page', 'mail', name='way', native_enum=False, length=32), nullable=False),
    sa.Column('form_key', sa.String(length=120), nullable=False),
    sa.Column('hidden_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_message_organisation_id_organisation')),
    sa.ForeignKeyConstraint(['thread_id'], ['thread.id'], name=op.f('fk_message_thread_id_thread')),
    sa.ForeignKeyConstraint(['user_id'], ['user.id'], name=op.f('fk_message_user_id_user')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_message')),
    sa.UniqueConstraint('form_key', name=op.f('uq_message_form_key'))
    )
    with op.batch_alter_table('message', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_message_thread_id_id'), ['thread_id', 'id'], unique=False)
        batch_op.create_index(batch_op.f('ix_message_user_id_sent_at'), ['user_id', 'sent_at'], unique=False)

    op.create_table('outcome',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('opportunity_id', sa.Integer(), nullable=False),
    sa.Column('buyer_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.Enum('awarded', 'partly', 'cancelled', 'none_suitable', name='outcomekind', native_enum=False, length=32), nullable=False),
    sa.Column('winner_id', sa.Integer(), nullable=True),
    sa.Column('winner_name', sa.String(length=200), nullable=False),
    sa.Column('winner_postcode', sa.String(length=8), nullable=False),
    sa.Column('is_local', sa.Boolean(), nullable=True),
    sa.Column('value', sa.BigInteger(), nullable=True),
    sa.Column('starts_on', sa.Date(), nullable=True),
    sa.Column('ends_on', sa.Date(), nullable=True),
    sa.Column('words', sa.Text(), nullable=False),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('decided_by_id', sa.Integer(), nullable=True),
    sa.Column('started_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("winner_id IS NULL OR winner_name = ''", name=op.f('ck_outcome_one_winner')),
    sa.CheckConstraint('starts_on <= ends_on', name=op.f('ck_outcome_starts_before_it_ends')),
    sa.CheckConstraint('value >= 0', name=op.f('ck_outcome_value_not_negative')),
    sa.ForeignKeyConstraint(['buyer_id'], ['organisation.id'], name=op.f('fk_outcome_buyer_id_organisation')),
    sa.ForeignKeyConstraint(['decided_by_id'], ['user.id'], name=op.f('fk_outcome_decided_by_id_user')),
    sa.ForeignKeyConstraint(['opportunity_id'], ['opportunity.id'], name=op.f('fk_outcome_opportunity_id_opportunity')),
    sa.ForeignKeyConstraint(['winner_id'], ['organisation.id'], name=op.f('fk_outcome_winner_id_organisation')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_outcome')),
    sa.UniqueConstraint('opportunity_id', name=op.f('uq_outcome_opportunity_id'))
    )
    with op.batch_alter_table('outcome', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_outcome_buyer_id'), ['buyer_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_outcome_winner_id'), ['winner_id'], unique=False)

    op.create_table('question',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('opportunity_id', sa.Integer(), nullable=False),
    sa.Column('asker_id', sa.Integer(), nullable=False),
    sa.Column('asked_by_id', sa.Integer(), nullable=True),
    sa.Column('words', sa.Text(), nullable=False),
    sa.Column('form_key', sa.String(length=64), nullable=False),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('answer', sa.Text(), nullable=False),
    sa.Column('answered_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('answered_by_id', sa.Integer(), nullable=True),
    sa.Column('taken_back_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['answered_by_id'], ['user.id'], name=op.f('fk_question_answered_by_id_user')),
    sa.ForeignKeyConstraint(['asked_by_id'], ['user.id'], name=op.f('fk_question_asked_by_id_user')),
    sa.ForeignKeyConstraint(['asker_id'], ['organisation.id'], name=op.f('fk_question_asker_id_organisation')),
    sa.ForeignKeyConstraint(['opportunity_id'], ['opportunity.id'], name=op.f('fk_question_opportunity_id_opportunity')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_question')),
    sa.UniqueConstraint('form_key', name=op.f('uq_question_form_key'))
    )
    with op.batch_alter_table('question', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_question_opportunity_id_asked_at'), ['opportunity_id', 'asked_at'], unique=False)

    op.create_table('thread_reader',
    sa.Column('thread_id', sa.Integer(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('read_to_id', sa.Integer(), nullable=False),
    sa.Column('told_to_id', sa.Integer(), nullable=False),
    sa.Column('told_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('tell_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('nudged_to_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['thread_id'], ['thread.id'], name=op.f('fk_thread_reader_thread_id_thread')),
    sa.ForeignKeyConstraint(['user_id'], ['user.id'], name=op.f('fk_thread_reader_user_id_user')),
    sa.PrimaryKeyConstraint('thread_id', 'user_id', name=op.f('pk_thread_reader'))
    )
    with op.batch_alter_table('thread_reader', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_thread_reader_user_id'), ['user_id'], unique=False)

    op.create_table('delivery',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('pledge_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('due_on', sa.Date(), nullable=True),
    sa.Column('places', sa.Integer(), nullable=True),
    sa.Column('status', sa.Enum('planned', 'delivered', 'confirmed', 'verified', 'disputed', 'not_delivered', 'called_off', name='deliverystatus', native_enum=False, length=32), nullable=False),
    sa.Column('quantity', sa.Integer(), nullable=False),
    sa.Column('delivered', sa.Integer(), nullable=False),
    sa.Column('confirmed', sa.Integer(), nullable=False),
    sa.Column('verified', sa.Integer(), nullable=False),
    sa.Column('words', sa.Text(), nullable=False),
    sa.Column('delivered_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('delivered_by_id', sa.Integer(), nullable=True),
    sa.Column('certified_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('certified_by_id', sa.Integer(), nullable=True),
    sa.Column('confirmed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('confirmed_by_id', sa.Integer(), nullable=True),
    sa.Column('confirmed_words', sa.Text(), nullable=False),
    sa.Column('verified_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('verified_by_id', sa.Integer(), nullable=True),
    sa.Column('verify_asked_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('not_delivered_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('not_delivered_by', sa.Enum('giver', 'receiver', name='end', native_enum=False, length=32), nullable=True),
    sa.Column('reason', sa.String(length=300), nullable=False),
    sa.Column('called_off_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('disputed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('disputed_by', sa.Enum('giver', 'receiver', name='end', native_enum=False, length=32), nullable=True),
    sa.Column('disputed_words', sa.Text(), nullable=False),
    sa.Column('settled', sa.Enum('upheld', 'dismissed', name='settled', native_enum=False, length=32), nullable=True),
    sa.Column('settled_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('settled_by_id', sa.Integer(), nullable=True),
    sa.Column('settled_words', sa.Text(), nullable=False),
    sa.CheckConstraint('delivered >= 0 AND delivered <= quantity AND confirmed >= 0 AND confirmed <= delivered AND verified >= 0 AND verified <= confirmed', name=op.f('ck_delivery_each_within_the_last')),
    sa.CheckConstraint('places > 0', name=op.f('ck_delivery_places_positive')),
    sa.CheckConstraint('quantity > 0', name=op.f('ck_delivery_quantity_positive')),
    sa.ForeignKeyConstraint(['certified_by_id'], ['user.id'], name=op.f('fk_delivery_certified_by_id_user')),
    sa.ForeignKeyConstraint(['confirmed_by_id'], ['user.id'], name=op.f('fk_delivery_confirmed_by_id_user')),
    sa.ForeignKeyConstraint(['delivered_by_id'], ['user.id'], name=op.f('fk_delivery_delivered_by_id_user')),
    sa.ForeignKeyConstraint(['pledge_id'], ['pledge.id'], name=op.f('fk_delivery_pledge_id_pledge')),
    sa.ForeignKeyConstraint(['settled_by_id'], ['user.id'], name=op.f('fk_delivery_settled_by_id_user')),
    sa.ForeignKeyConstraint(['verified_by_id'], ['user.id'], name=op.f('fk_delivery_verified_by_id_user')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_delivery')),
    sa.UniqueConstraint('pledge_id', 'number', name=op.f('uq_delivery_pledge_id_number'))
    )
    with op.batch_alter_table('delivery', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_delivery_status_due_on'), ['status', 'due_on'], unique=False)

    op.create_table('message_file',
    sa.Column('message_id', sa.Integer(), nullable=False),
    sa.Column('file_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['file_id'], ['file.id'], name=op.f('fk_message_file_file_id_file')),
    sa.ForeignKeyConstraint(['message_id'], ['message.id'], name=op.f('fk_message_file_message_id_message')),
    sa.PrimaryKeyConstraint('message_id', 'file_id', name=op.f('pk_message_file'))
    )
    op.create_table('message_report',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('message_id', sa.Integer(), nullable=False),
    sa.Column('reported_by_id', sa.Integer(), nullable=False),
    sa.Column('reason', sa.String(length=40), nullable=False),
    sa.Column('words', sa.String(length=500), nullable=False),
    sa.Column('reported_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('settled_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('settled_by_id', sa.Integer(), nullable=True),
    sa.Column('was_hidden', sa.Boolean(), nullable=True),
    sa.ForeignKeyConstraint(['message_id'], ['message.id'], name=op.f('fk_message_report_message_id_message')),
    sa.ForeignKeyConstraint(['reported_by_id'], ['user.id'], name=op.f('fk_message_report_reported_by_id_user')),
    sa.ForeignKeyConstraint(['settled_by_id'], ['user.id'], name=op.f('fk_message_report_settled_by_id_user')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_message_report')),
    sa.UniqueConstraint('message_id', 'reported_by_id', name=op.f('uq_message_report_message_id_reported_by_id'))
    )
    op.create_table('payment',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('outcome_id', sa.Integer(), nullable=False),
    sa.Column('pounds', sa.BigInteger(), nullable=False),
    sa.Column('paid_on', sa.Date(), nullable=False),
    sa.Column('words', sa.String(length=200), nullable=False),
    sa.Column('form_key', sa.String(length=64), nullable=False),
    sa.Column('declared_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('declared_by_id', sa.Integer(), nullable=True),
    sa.Column('agreed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('taken_back_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('pounds > 0', name=op.f('ck_payment_pounds_positive')),
    sa.ForeignKeyConstraint(['declared_by_id'], ['user.id'], name=op.f('fk_payment_declared_by_id_user')),
    sa.ForeignKeyConstraint(['outcome_id'], ['outcome.id'], name=op.f('fk_payment_outcome_id_outcome')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_payment')),
    sa.UniqueConstraint('form_key', name=op.f('uq_payment_form_key'))
    )
    with op.batch_alter_table('payment', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_payment_outcome_id'), ['outcome_id'], unique=False)

    op.create_table('story',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('pledge_id', sa.Integer(), nullable=False),
    sa.Column('words', sa.Text(), nullable=False),
    sa.Column('said_by', sa.String(length=80), nullable=False),
    sa.Column('file_id', sa.Integer(), nullable=True),
    sa.Column('published_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('taken_down_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['file_id'], ['file.id'], name=op.f('fk_story_file_id_file')),
    sa.ForeignKeyConstraint(['pledge_id'], ['pledge.id'], name=op.f('fk_story_pledge_id_pledge')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_story')),
    sa.UniqueConstraint('pledge_id', name=op.f('uq_story_pledge_id'))
    )
    op.create_table('delivery_file',
    sa.Column('delivery_id', sa.Integer(), nullable=False),
    sa.Column('file_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['delivery_id'], ['delivery.id'], name=op.f('fk_delivery_file_delivery_id_delivery')),
    sa.ForeignKeyConstraint(['file_id'], ['file.id'], name=op.f('fk_delivery_file_file_id_file')),
    sa.PrimaryKeyConstraint('delivery_id', 'file_id', name=op.f('pk_delivery_file'))
    )
    op.create_table('ledger_entry',
    sa.Column('id', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('key', sa.String(length=120), nullable=False),
    sa.Column('side', sa.Enum('support', 'spend', name='side', native_enum=False, length=32), nullable=False),
    sa.Column('stage', sa.Enum('promised', 'accepted', 'delivered', 'confirmed', 'verified', 'awarded', 'started', 'paid', name='stage', native_enum=False, length=32), nullable=False),
    sa.Column('kind', sa.String(length=20), nullable=False),
    sa.Column('unit', sa.String(length=10), nullable=False),
    sa.Column('quantity', sa.BigInteger(), nullable=False),
    sa.Column('pounds', sa.BigInteger(), nullable=True),
    sa.Column('giver_id', sa.Integer(), nullable=False),
    sa.Column('receiver_id', sa.Integer(), nullable=True),
    sa.Column('listing_id', sa.Integer(), nullable=False),
    sa.Column('pledge_id', sa.Integer(), nullable=True),
    sa.Column('delivery_id', sa.Integer(), nullable=True),
    sa.Column('outcome_id', sa.Integer(), nullable=True),
    sa.Column('ward_code', sa.String(length=12), nullable=True),
    sa.Column('contract_id', sa.Integer(), nullable=True),
    sa.Column('credited_id', sa.Integer(), nullable=True),
    sa.Column('measure', sa.String(length=60), nullable=False),
    sa.Column('actor_id', sa.Integer(), nullable=True),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('evidence', sa.String(length=64), nullable=False),
    sa.Column('corrects_id', sa.BigInteger(), nullable=True),
    sa.Column('previous', sa.String(length=64), nullable=False),
    sa.Column('hash', sa.String(length=64), nullable=False),
    sa.CheckConstraint("(unit = '£') = (pounds IS NOT NULL)", name=op.f('ck_ledger_entry_pounds_where_pounds')),
    sa.CheckConstraint('corrects_id < id', name=op.f('ck_ledger_entry_corrects_an_earlier')),
    sa.CheckConstraint('pounds = quantity', name=op.f('ck_ledger_entry_pounds_are_the_quantity')),
    sa.CheckConstraint('quantity <> 0', name=op.f('ck_ledger_entry_quantity_not_zero')),
    sa.CheckConstraint('quantity > 0 OR corrects_id IS NOT NULL', name=op.f('ck_ledger_entry_only_corrections_take_away')),
    sa.ForeignKeyConstraint(['actor_id'], ['user.id'], name=op.f('fk_ledger_entry_actor_id_user')),
    sa.ForeignKeyConstraint(['contract_id'], ['opportunity.id'], name=op.f('fk_ledger_entry_contract_id_opportunity')),
    sa.ForeignKeyConstraint(['corrects_id'], ['ledger_entry.id'], name=op.f('fk_ledger_entry_corrects_id_ledger_entry')),
    sa.ForeignKeyConstraint(['credited_id'], ['organisation.id'], name=op.f('fk_ledger_entry_credited_id_organisation')),
    sa.ForeignKeyConstraint(['delivery_id'], ['delivery.id'], name=op.f('fk_ledger_entry_delivery_id_delivery')),
    sa.ForeignKeyConstraint(['giver_id'], ['organisation.id'], name=op.f('fk_ledger_entry_giver_id_organisation')),
    sa.ForeignKeyConstraint(['listing_id'], ['listing.id'], name=op.f('fk_ledger_entry_listing_id_listing')),
    sa.ForeignKeyConstraint(['outcome_id'], ['outcome.id'], name=op.f('fk_ledger_entry_outcome_id_outcome')),
    sa.ForeignKeyConstraint(['pledge_id'], ['pledge.id'], name=op.f('fk_ledger_entry_pledge_id_pledge')),
    sa.ForeignKeyConstraint(['receiver_id'], ['organisation.id'], name=op.f('fk_ledger_entry_receiver_id_organisation')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_ledger_entry')),
    sa.UniqueConstraint('hash', name=op.f('uq_ledger_entry_hash')),
    sa.UniqueConstraint('key', name=op.f('uq_ledger_entry_key'))
    )
    with op.batch_alter_table('ledger_entry', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_ledger_entry_contract_id'), ['contract_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_ledger_entry_corrects_id'), ['corrects_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_ledger_entry_delivery_id'), ['delivery_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_ledger_entry_giver_id_stage'), ['giver_id', 'stage'], unique=False)
        batch_op.create_index(batch_op.f('ix_ledger_entry_listing_id'), ['listing_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_ledger_entry_outcome_id'), ['outcome_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_ledger_entry_pledge_id'), ['pledge_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_ledger_entry_receiver_id_stage'), ['receiver_id', 'stage'], unique=False)
        batch_op.create_index(batch_op.f('ix_ledger_entry_side_stage_kind'), ['side', 'stage', 'kind'], unique=False)
        batch_op.create_index(batch_op.f('ix_ledger_entry_ward_code'), ['ward_code'], unique=False)

    op.create_table('sign_up',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('delivery_id', sa.Integer(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('signed_up_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('withdrawn_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('reminded_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('came', sa.Boolean(), nullable=True),
    sa.Column('came_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['delivery_id'], ['delivery.id'], name=op.f('fk_sign_up_delivery_id_delivery')),
    sa.ForeignKeyConstraint(['user_id'], ['user.id'], name=op.f('fk_sign_up_user_id_user')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sign_up')),
    sa.UniqueConstraint('delivery_id', 'user_id', name=op.f('uq_sign_up_delivery_id_user_id'))
    )
    with op.batch_alter_table('sign_up', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_sign_up_user_id'), ['user_id'], unique=False)

    with op.batch_alter_table('mail_message', schema=None) as batch_op:
        batch_op.add_column(sa.Column('reply_to', sa.String(length=254), nullable=False, server_default=''))

    with op.batch_alter_table('membership', schema=None) as batch_op:
        batch_op.add_column(sa.Column('may_pledge', sa.Boolean(), nullable=False, server_default=sa.true()))
        batch_op.add_column(sa.Column('may_approve', sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column('may_certify', sa.Boolean(), nullable=False, server_default=sa.false()))

    with op.batch_alter_table('need', schema=None) as batch_op:
        batch_op.add_column(sa.Column('host_a_week', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('hosting_cost', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('cost_covered_by', sa.String(length=120), nullable=False, server_default=''))
        batch_op.add_column(sa.Column('with_children', sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column('with_adults_at_risk', sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column('dbs', sa.Enum('none', 'basic', 'enhanced', name='check', native_enum=False, length=32), nullable=False, server_default='none'))
        batch_op.add_column(sa.Column('access', sa.String(length=300), nullable=False, server_default=''))
        batch_op.add_column(sa.Column('starts_on', sa.Date(), nullable=True))
        batch_op.add_column(sa.Column('ends_on', sa.Date(), nullable=True))
        batch_op.create_check_constraint('host_a_week_positive', 'host_a_week > 0')
        batch_op.create_check_constraint('hosting_cost_not_negative', 'hosting_cost >= 0')
        batch_op.create_check_constraint('starts_before_it_ends', 'starts_on <= ends_on')

    with op.batch_alter_table('pledge', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('fk_pledge_need_id_need'), type_='foreignkey')
        batch_op.drop_index(batch_op.f('ix_pledge_need_id'))
        batch_op.alter_column('need_id', new_column_name='listing_id', existing_type=sa.Integer(), existing_nullable=False)
        batch_op.alter_column('offered_at', existing_type=sa.DateTime(timezone=True), nullable=True)
        batch_op.add_column(sa.Column('begun_by', sa.Enum('giver', 'receiver', name='end', native_enum=False, length=32), nullable=False, server_default='giver'))
        batch_op.add_column(sa.Column('bundle_id', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('each', sa.Integer(), nullable=False, server_default='1'))
        batch_op.add_column(sa.Column('times', sa.Integer(), nullable=False, server_default='1'))
        batch_op.add_column(sa.Column('rhythm', sa.Enum('once', 'weekly', 'fortnightly', 'monthly', name='rhythm', native_enum=False, length=32), nullable=False, server_default='once'))
        batch_op.add_column(sa.Column('accepted', sa.Integer(), nullable=False, server_default='0'))
        batch_op.add_column(sa.Column('held', sa.Integer(), nullable=False, server_default='0'))
        batch_op.add_column(sa.Column('conditions', sa.String(length=500), nullable=False, server_default=''))
        batch_op.add_column(sa.Column('starts_on', sa.Date(), nullable=True))
        batch_op.add_column(sa.Column('timing', sa.String(length=200), nullable=False, server_default=''))
        batch_op.add_column(sa.Column('proposed_on', sa.Date(), nullable=True))
        batch_op.add_column(sa.Column('proposed_timing', sa.String(length=200), nullable=False, server_default=''))
        batch_op.add_column(sa.Column('proposed_by', sa.Enum('giver', 'receiver', name='end', native_enum=False, length=32), nullable=True))
        batch_op.add_column(sa.Column('contract_id', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('credited_id', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('budget_id', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('reserved', sa.Integer(), nullable=False, server_default='0'))
        batch_op.add_column(sa.Column('version', sa.Integer(), nullable=False, server_default='1'))
        batch_op.add_column(sa.Column('reason_words', sa.String(length=500), nullable=False, server_default=''))
        batch_op.add_column(sa.Column('ended_by', sa.Enum('giver', 'receiver', name='end', native_enum=False, length=32), nullable=True))
        batch_op.add_column(sa.Column('due_at', sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('turn_began_at', sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('nudged_at', sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('escalated_at', sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('created_at', sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('approved_by_id', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('approved_at', sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('waiting_at', sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('scheduled_at', sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('verified_at', sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('disputed_at', sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('lapsed_at', sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('not_delivered_at', sa.DateTime(timezone=True), nullable=True))

    _bring_over_pledges()
    _keep_the_ledger()

    with op.batch_alter_table('pledge', schema=None) as batch_op:
        batch_op.alter_column('created_at', existing_type=sa.DateTime(timezone=True), nullable=False)
        batch_op.create_check_constraint('quantity_is_each_times', 'quantity = each * times')
        batch_op.create_check_constraint('held_within_accepted', 'held >= 0 AND held <= accepted AND accepted <= quantity')
        batch_op.create_index(batch_op.f('ix_pledge_budget_id'), ['budget_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_pledge_bundle_id'), ['bundle_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_pledge_contract_id'), ['contract_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_pledge_listing_id'), ['listing_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_pledge_status_due_at'), ['status', 'due_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_pledge_giver_id_confirmed_at'), ['giver_id', 'confirmed_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_pledge_receiver_id_confirmed_at'), ['receiver_id', 'confirmed_at'], unique=False)
        batch_op.create_foreign_key(batch_op.f('fk_pledge_bundle_id_bundle'), 'bundle', ['bundle_id'], ['id'])
        batch_op.create_foreign_key(batch_op.f('fk_pledge_approved_by_id_user'), 'user', ['approved_by_id'], ['id'])
        batch_op.create_foreign_key(batch_op.f('fk_pledge_budget_id_budget'), 'budget', ['budget_id'], ['id'])
        batch_op.create_foreign_key(batch_op.f('fk_pledge_credited_id_organisation'), 'organisation', ['credited_id'], ['id'])
        batch_op.create_foreign_key(batch_op.f('fk_pledge_contract_id_opportunity'), 'opportunity', ['contract_id'], ['id'])
        batch_op.create_foreign_key(batch_op.f('fk_pledge_listing_id_listing'), 'listing', ['listing_id'], ['id'])

    with op.batch_alter_table('response', schema=None) as batch_op:
        batch_op.add_column(sa.Column('price_low', sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column('price_high', sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column('quote_id', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('note', sa.Text(), nullable=False, server_default=''))
        batch_op.add_column(sa.Column('did_well', sa.String(length=500), nullable=False, server_default=''))
        batch_op.add_column(sa.Column('do_better', sa.String(length=500), nullable=False, server_default=''))
        batch_op.add_column(sa.Column('offered_at', sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('won_at', sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('lost_at', sa.DateTime(timezone=True), nullable=True))
        batch_op.create_check_constraint('price_range', 'price_low <= price_high')
        batch_op.create_foreign_key(batch_op.f('fk_response_quote_id_file'), 'file', ['quote_id'], ['id'])


def _bring_over_pledges() -> None:
    """Promises made so far were for once; what was accepted holds its part of the need, as one delivery."""
    op.execute("UPDATE pledge SET each = quantity, created_at = offered_at")
    op.execute(
        "UPDATE pledge SET accepted = quantity, held = quantity"
        " WHERE status IN ('accepted', 'delivered', 'confirmed')"
    )
    op.execute(
        "INSERT INTO delivery (pledge_id, number, status, quantity, delivered, confirmed, verified, words,"
        " delivered_at, confirmed_at, confirmed_words, reason, disputed_words, settled_words)"
        " SELECT id, 1, CASE status WHEN 'accepted' THEN 'planned' ELSE status END, quantity,"
        " CASE WHEN status IN ('delivered', 'confirmed') THEN quantity ELSE 0 END,"
        " CASE WHEN status = 'confirmed' THEN quantity ELSE 0 END, 0, '',"
        " delivered_at, confirmed_at, '', '', '', ''"
        " FROM pledge WHERE status IN ('accepted', 'delivered', 'confirmed')"
    )


# What the ledger's rows must keep to, and what is said to whoever tries otherwise. `was` finds the entry that a
# correction corrects. Columns that may be empty are compared as SQL's IS NOT DISTINCT FROM does.
_ONLY_GROWS = "The ledger is append-only: enter a correction instead."
_END_MOVES_ON = "The end of the ledger only moves on."
_RULES = {
    "follows": (
        "(NEW.id = 1 AND NEW.previous <> '{zeros}') OR (NEW.id <> 1 AND NOT EXISTS (SELECT 1 FROM ledger_entry"
        " WHERE id = NEW.id - 1 AND hash = NEW.previous))",
        "A ledger entry follows the last one and carries its hash.",
    ),
    "counts_once": (
        "EXISTS (SELECT 1 FROM ledger_entry WHERE pledge_id = NEW.pledge_id"
        " AND NOT (contract_id {same} NEW.contract_id AND credited_id {same} NEW.credited_id))",
        "What is given for a pledge counts for one contract, and is credited to one organisation.",
    ),
    "corrects_its_like": (
        "NEW.corrects_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM ledger_entry AS was"
        " WHERE was.id = NEW.corrects_id AND was.corrects_id IS NULL AND was.side = NEW.side"
        " AND was.stage = NEW.stage AND was.kind = NEW.kind AND was.unit = NEW.unit"
        " AND was.giver_id = NEW.giver_id AND was.receiver_id {same} NEW.receiver_id"
        " AND was.listing_id = NEW.listing_id AND was.pledge_id {same} NEW.pledge_id"
        " AND was.delivery_id {same} NEW.delivery_id AND was.outcome_id {same} NEW.outcome_id"
        " AND was.ward_code {same} NEW.ward_code AND was.contract_id {same} NEW.contract_id"
        " AND was.credited_id {same} NEW.credited_id AND was.measure = NEW.measure)",
        "A correction is about the same as the entry it corrects.",
    ),
    "never_below_nothing": (
        "NEW.quantity < 0 AND NEW.quantity + (SELECT COALESCE(SUM(quantity), 0) FROM ledger_entry"
        " WHERE id = NEW.corrects_id OR corrects_id = NEW.corrects_id) < 0",
        "A correction takes away no more than is left.",
    ),
}


def _keep_the_ledger() -> None:
    """Have the database refuse what would change the past, break the chain, or count twice."""
    if op.get_bind().dialect.name == "postgresql":
        _keep_in_postgresql()
    else:
        _keep_in_sqlite()


def _keep_in_sqlite() -> None:
    for table, said in (("ledger_entry", _ONLY_GROWS), ("ledger_head", _END_MOVES_ON)):
        when = "WHEN NEW.entries <= OLD.entries" if table == "ledger_head" else ""
        op.execute(f"CREATE TRIGGER {table}_kept_update BEFORE UPDATE ON {table} {when}"
                   f" BEGIN SELECT RAISE(ABORT, '{said}'); END")
        op.execute(f"CREATE TRIGGER {table}_kept_delete BEFORE DELETE ON {table}"
                   f" BEGIN SELECT RAISE(ABORT, '{said}'); END")
    for name, (wrong, said) in _RULES.items():
        wrong = wrong.format(same="IS", zeros="0" * 64)
        op.execute(f"CREATE TRIGGER ledger_entry_{name} BEFORE INSERT ON ledger_entry WHEN {wrong}"
                   f" BEGIN SELECT RAISE(ABORT, '{said}'); END")


def _keep_in_postgresql() -> None:
    error = "USING ERRCODE = 'integrity_constraint_violation'"
    for table, said in (("ledger_entry", _ONLY_GROWS), ("ledger_head", _END_MOVES_ON)):
        op.execute(f"CREATE FUNCTION {table}_kept() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
                   f" RAISE EXCEPTION '{said}' {error}; END $$")
        when = "WHEN (NEW.entries <= OLD.entries)" if table == "ledger_head" else ""
        op.execute(f"CREATE TRIGGER {table}_kept_update BEFORE UPDATE ON {table} FOR EACH ROW {when}"
                   f" EXECUTE FUNCTION {table}_kept()")
        op.execute(f"CREATE TRIGGER {table}_kept_delete BEFORE DELETE ON {table} FOR EACH ROW"
                   f" EXECUTE FUNCTION {table}_kept()")
        op.execute(f"CREATE TRIGGER {table}_kept_truncate BEFORE TRUNCATE ON {table}"
                   f" EXECUTE FUNCTION {table}_kept()")
    rules = " ".join(
        f"IF {wrong.format(same='IS NOT DISTINCT FROM', zeros='0' * 64)} THEN"
        f" RAISE EXCEPTION '{said}' {error}; END IF;"
        for wrong, said in _RULES.values()
    )
    op.execute(f"CREATE FUNCTION ledger_entry_rules() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
               f" {rules} RETURN NEW; END $$")
    op.execute("CREATE TRIGGER ledger_entry_rules BEFORE INSERT ON ledger_entry FOR EACH ROW"
               " EXECUTE FUNCTION ledger_entry_rules()")


def downgrade() -> None:
    with op.batch_alter_table('response', schema=None) as batch_op:
        batch_op.drop_constraint("price_range", type_="check")
        batch_op.drop_constraint(batch_op.f('fk_response_quote_id_file'), type_='foreignkey')
        batch_op.drop_column('lost_at')
        batch_op.drop_column('won_at')
        batch_op.drop_column('offered_at')
        batch_op.drop_column('do_better')
        batch_op.drop_column('did_well')
        batch_op.drop_column('note')
        batch_op.drop_column('quote_id')
        batch_op.drop_column('price_high')
        batch_op.drop_column('price_low')

    op.execute("DELETE FROM pledge WHERE offered_at IS NULL OR listing_id NOT IN (SELECT id FROM need)")
    with op.batch_alter_table('pledge', schema=None) as batch_op:
        batch_op.drop_constraint("quantity_is_each_times", type_="check")
        batch_op.drop_constraint("held_within_accepted", type_="check")
        batch_op.drop_constraint(batch_op.f('fk_pledge_listing_id_listing'), type_='foreignkey')
        batch_op.drop_constraint(batch_op.f('fk_pledge_contract_id_opportunity'), type_='foreignkey')
        batch_op.drop_constraint(batch_op.f('fk_pledge_credited_id_organisation'), type_='foreignkey')
        batch_op.drop_constraint(batch_op.f('fk_pledge_budget_id_budget'), type_='foreignkey')
        batch_op.drop_constraint(batch_op.f('fk_pledge_approved_by_id_user'), type_='foreignkey')
        batch_op.drop_constraint(batch_op.f('fk_pledge_bundle_id_bundle'), type_='foreignkey')
        batch_op.drop_index(batch_op.f('ix_pledge_status_due_at'))
        batch_op.drop_index(batch_op.f('ix_pledge_giver_id_confirmed_at'))
        batch_op.drop_index(batch_op.f('ix_pledge_receiver_id_confirmed_at'))
        batch_op.drop_index(batch_op.f('ix_pledge_listing_id'))
        batch_op.drop_index(batch_op.f('ix_pledge_contract_id'))
        batch_op.drop_index(batch_op.f('ix_pledge_bundle_id'))
        batch_op.drop_index(batch_op.f('ix_pledge_budget_id'))
        batch_op.drop_column('not_delivered_at')
        batch_op.drop_column('lapsed_at')
        batch_op.drop_column('disputed_at')
        batch_op.drop_column('verified_at')
        batch_op.drop_column('scheduled_at')
        batch_op.drop_column('waiting_at')
        batch_op.drop_column('approved_at')
        batch_op.drop_column('approved_by_id')
        batch_op.drop_column('created_at')
        batch_op.drop_column('escalated_at')
        batch_op.drop_column('nudged_at')
        batch_op.drop_column('turn_began_at')
        batch_op.drop_column('due_at')
        batch_op.drop_column('ended_by')
        batch_op.drop_column('reason_words')
        batch_op.drop_column('version')
        batch_op.drop_column('reserved')
        batch_op.drop_column('budget_id')
        batch_op.drop_column('credited_id')
        batch_op.drop_column('contract_id')
        batch_op.drop_column('proposed_by')
        batch_op.drop_column('proposed_timing')
        batch_op.drop_column('proposed_on')
        batch_op.drop_column('timing')
        batch_op.drop_column('starts_on')
        batch_op.drop_column('conditions')
        batch_op.drop_column('held')
        batch_op.drop_column('accepted')
        batch_op.drop_column('rhythm')
        batch_op.drop_column('times')
        batch_op.drop_column('each')
        batch_op.drop_column('bundle_id')
        batch_op.drop_column('begun_by')
        batch_op.alter_column('offered_at', existing_type=sa.DateTime(timezone=True), nullable=False)
        batch_op.alter_column('listing_id', new_column_name='need_id', existing_type=sa.Integer(), existing_nullable=False)

    with op.batch_alter_table('pledge', schema=None) as batch_op:
        batch_op.create_foreign_key(batch_op.f('fk_pledge_need_id_need'), 'need', ['need_id'], ['id'])
        batch_op.create_index(batch_op.f('ix_pledge_need_id'), ['need_id'], unique=False)

    with op.batch_alter_table('need', schema=None) as batch_op:
        batch_op.drop_constraint("host_a_week_positive", type_="check")
        batch_op.drop_constraint("hosting_cost_not_negative", type_="check")
        batch_op.drop_constraint("starts_before_it_ends", type_="check")
        batch_op.drop_column('ends_on')
        batch_op.drop_column('starts_on')
        batch_op.drop_column('access')
        batch_op.drop_column('dbs')
        batch_op.drop_column('with_adults_at_risk')
        batch_op.drop_column('with_children')
        batch_op.drop_column('cost_covered_by')
        batch_op.drop_column('hosting_cost')
        batch_op.drop_column('host_a_week')

    with op.batch_alter_table('mail_message', schema=None) as batch_op:
        batch_op.drop_column('reply_to')

    with op.batch_alter_table('membership', schema=None) as batch_op:
        batch_op.drop_column('may_certify')
        batch_op.drop_column('may_approve')
        batch_op.drop_column('may_pledge')

    with op.batch_alter_table('sign_up', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_sign_up_user_id'))

    op.drop_table('sign_up')
    with op.batch_alter_table('ledger_entry', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_ledger_entry_ward_code'))
        batch_op.drop_index(batch_op.f('ix_ledger_entry_side_stage_kind'))
        batch_op.drop_index(batch_op.f('ix_ledger_entry_receiver_id_stage'))
        batch_op.drop_index(batch_op.f('ix_ledger_entry_pledge_id'))
        batch_op.drop_index(batch_op.f('ix_ledger_entry_outcome_id'))
        batch_op.drop_index(batch_op.f('ix_ledger_entry_listing_id'))
        batch_op.drop_index(batch_op.f('ix_ledger_entry_giver_id_stage'))
        batch_op.drop_index(batch_op.f('ix_ledger_entry_delivery_id'))
        batch_op.drop_index(batch_op.f('ix_ledger_entry_corrects_id'))
        batch_op.drop_index(batch_op.f('ix_ledger_entry_contract_id'))

    op.drop_table('ledger_entry')
    op.drop_table('delivery_file')
    op.drop_table('story')
    with op.batch_alter_table('payment', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_payment_outcome_id'))

    op.drop_table('payment')
    op.drop_table('message_report')
    op.drop_table('message_file')
    with op.batch_alter_table('delivery', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_delivery_status_due_on'))

    op.drop_table('delivery')
    with op.batch_alter_table('thread_reader', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_thread_reader_user_id'))

    op.drop_table('thread_reader')
    with op.batch_alter_table('question', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_question_opportunity_id_asked_at'))

    op.drop_table('question')
    with op.batch_alter_table('outcome', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_outcome_winner_id'))
        batch_op.drop_index(batch_op.f('ix_outcome_buyer_id'))

    op.drop_table('outcome')
    with op.batch_alter_table('message', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_message_user_id_sent_at'))
        batch_op.drop_index(batch_op.f('ix_message_thread_id_id'))

    op.drop_table('message')
    op.drop_table('contact_shared')
    with op.batch_alter_table('thread', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_thread_asked_id_asked_at'))
        batch_op.drop_index(batch_op.f('ix_thread_owner_id_last_at'))
        batch_op.drop_index(batch_op.f('ix_thread_organisation_id_last_at'))

    op.drop_table('thread')
    with op.batch_alter_table('shortlisted', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_shortlisted_listing_id'))

    op.drop_table('shortlisted')
    op.drop_table('file_reader')
    op.drop_table('team_limit')
    with op.batch_alter_table('file', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_file_organisation_id'))

    op.drop_table('file')
    with op.batch_alter_table('bundle', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_bundle_giver_id'))

    op.drop_table('bundle')
    with op.batch_alter_table('budget', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_budget_organisation_id_starts_on'))

    op.drop_table('budget')
    with op.batch_alter_table('block', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_block_of_id'))

    op.drop_table('block')
    op.drop_table('ledger_check')
    op.drop_table('ledger_total')
    op.drop_table('ledger_head')
    if op.get_bind().dialect.name == "postgresql":  # its triggers went with the tables
        for name in ("ledger_entry_kept", "ledger_head_kept", "ledger_entry_rules"):
            op.execute(f"DROP FUNCTION {name}()")
