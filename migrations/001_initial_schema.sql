-- migrate: allow(create-if-not-exists) databases older than their history hold these tables already
--
-- The Content AI Backend: channels that publish, the content they publish, the knowledge that
-- content is written from, and the people who receive it.
--
-- Databases made before migrations were tracked hold all of this already. Every statement is
-- therefore written to do nothing where its object exists: on such a database the file only gets
-- recorded, and no second, slightly different description of the schema has to be kept.
--
-- Names carry no schema, so the set can be applied to whichever schema search_path names first.

-- `vector` is not a trusted extension: on most servers only a superuser may create it. Where an
-- administrator has done so, IF NOT EXISTS passes without asking for that right, so the
-- application's own role can run this file. No migration drops it again: other schemas of the
-- database may use it.
CREATE EXTENSION IF NOT EXISTS vector;


-- Enum types. CREATE TYPE has no IF NOT EXISTS; the guard asks the catalog instead of catching
-- duplicate_object, so an error with another cause is not swallowed.

DO $$
BEGIN
    IF to_regtype('channel_type') IS NULL THEN
        CREATE TYPE channel_type AS ENUM ('website', 'blog', 'newsletter', 'social');
    END IF;

    IF to_regtype('platform_api') IS NULL THEN
        CREATE TYPE platform_api AS ENUM ('wordpress', 'ghost', 'linkedin', 'mastodon', 'smtp');
    END IF;

    IF to_regtype('media_type') IS NULL THEN
        CREATE TYPE media_type AS ENUM ('image', 'video', 'audio', 'document');
    END IF;

    IF to_regtype('article_status') IS NULL THEN
        CREATE TYPE article_status AS ENUM ('draft', 'review', 'scheduled', 'published', 'archived');
    END IF;

    IF to_regtype('post_status') IS NULL THEN
        CREATE TYPE post_status AS ENUM ('draft', 'scheduled', 'publishing', 'published', 'failed');
    END IF;

    IF to_regtype('source_status') IS NULL THEN
        CREATE TYPE source_status AS ENUM ('active', 'paused', 'archived');
    END IF;

    IF to_regtype('processing_status') IS NULL THEN
        CREATE TYPE processing_status AS ENUM ('pending', 'running', 'done', 'failed');
    END IF;

    IF to_regtype('newsletter_status') IS NULL THEN
        CREATE TYPE newsletter_status AS ENUM ('draft', 'scheduled', 'sending', 'sent', 'failed');
    END IF;
END
$$;


-- Somewhere content goes. `platform` is null where a person publishes by hand.
CREATE TABLE IF NOT EXISTS channels (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    slug       text NOT NULL UNIQUE CHECK (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'),
    name       text NOT NULL CHECK (name <> ''),
    type       channel_type NOT NULL,
    platform   platform_api,
    settings   jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(settings) = 'object'),
    is_active  boolean NOT NULL DEFAULT true,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now()
);

-- Files live in object storage; a row says where, and what they are. The digest keeps the same
-- file from being stored twice.
CREATE TABLE IF NOT EXISTS media_assets (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    type       media_type NOT NULL,
    uri        text NOT NULL CHECK (uri <> ''),
    mime_type  text NOT NULL CHECK (mime_type LIKE '%/%'),
    byte_size  bigint NOT NULL CHECK (byte_size > 0),
    sha256     bytea NOT NULL UNIQUE CHECK (octet_length(sha256) = 32),
    alt_text   text NOT NULL DEFAULT '',
    metadata   jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(metadata) = 'object'),
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now()
);

-- Long form. A channel with articles cannot be deleted by accident; a lost cover only leaves the
-- article without one.
CREATE TABLE IF NOT EXISTS articles (
    id             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    channel_id     bigint NOT NULL REFERENCES channels ON DELETE RESTRICT,
    cover_asset_id bigint REFERENCES media_assets ON DELETE SET NULL,
    slug           text NOT NULL CHECK (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'),
    title          text NOT NULL CHECK (title <> ''),
    summary        text NOT NULL DEFAULT '',
    body           text NOT NULL DEFAULT '',
    status         article_status NOT NULL DEFAULT 'draft',
    metadata       jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(metadata) = 'object'),
    scheduled_for  timestamptz,
    published_at   timestamptz,
    created_at     timestamptz NOT NULL DEFAULT now(),
    updated_at     timestamptz NOT NULL DEFAULT now(),
    UNIQUE (channel_id, slug),
    CHECK (status <> 'scheduled' OR scheduled_for IS NOT NULL),
    CHECK (status <> 'published' OR published_at IS NOT NULL)
);

-- Short form, often announcing an article; it outlives the article it announced, because the
-- platform still shows it. `external_id` is the platform's own name for it.
CREATE TABLE IF NOT EXISTS posts (
    id             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    channel_id     bigint NOT NULL REFERENCES channels ON DELETE RESTRICT,
    article_id     bigint REFERENCES articles ON DELETE SET NULL,
    media_asset_id bigint REFERENCES media_assets ON DELETE SET NULL,
    body           text NOT NULL CHECK (body <> ''),
    status         post_status NOT NULL DEFAULT 'draft',
    external_id    text,
    failure        text,
    metadata       jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(metadata) = 'object'),
    scheduled_for  timestamptz,
    published_at   timestamptz,
    created_at     timestamptz NOT NULL DEFAULT now(),
    updated_at     timestamptz NOT NULL DEFAULT now(),
    UNIQUE (channel_id, external_id),
    CHECK (status <> 'scheduled' OR scheduled_for IS NOT NULL),
    CHECK (status <> 'published' OR published_at IS NOT NULL),
    CHECK (status <> 'failed' OR failure IS NOT NULL)
);

-- A document that answers are drawn from. `status` is what people decided about it, `processing`
-- is how far the pipeline has come with it.
CREATE TABLE IF NOT EXISTS knowledge_sources (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    uri        text NOT NULL UNIQUE CHECK (uri <> ''),
    title      text NOT NULL CHECK (title <> ''),
    status     source_status NOT NULL DEFAULT 'active',
    processing processing_status NOT NULL DEFAULT 'pending',
    failure    text,
    metadata   jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(metadata) = 'object'),
    fetched_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    CHECK (processing <> 'failed' OR failure IS NOT NULL)
);

-- A passage of a source, and where it lies in the space of one embedding model. Distances between
-- vectors of two models mean nothing, so a vector never stands without its model's name.
CREATE TABLE IF NOT EXISTS knowledge_chunks (
    id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    source_id       bigint NOT NULL REFERENCES knowledge_sources ON DELETE CASCADE,
    position        integer NOT NULL CHECK (position >= 0),
    content         text NOT NULL CHECK (content <> ''),
    embedding       vector(1536),
    embedding_model text,
    metadata        jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(metadata) = 'object'),
    created_at      timestamptz NOT NULL DEFAULT now(),
    updated_at      timestamptz NOT NULL DEFAULT now(),
    UNIQUE (source_id, position),
    CHECK ((embedding IS NULL) = (embedding_model IS NULL))
);

-- Which channels may draw on which sources.
CREATE TABLE IF NOT EXISTS knowledge_source_channels (
    source_id  bigint NOT NULL REFERENCES knowledge_sources ON DELETE CASCADE,
    channel_id bigint NOT NULL REFERENCES channels ON DELETE CASCADE,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (source_id, channel_id)
);

-- Subscribers of a newsletter channel. Who left stays as a row: it is the proof that they did, and
-- keeps an import from subscribing them again.
CREATE TABLE IF NOT EXISTS recipients (
    id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    channel_id      bigint NOT NULL REFERENCES channels ON DELETE RESTRICT,
    email           text NOT NULL CHECK (email LIKE '_%@_%'),
    name            text NOT NULL DEFAULT '',
    metadata        jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(metadata) = 'object'),
    subscribed_at   timestamptz NOT NULL DEFAULT now(),
    unsubscribed_at timestamptz,
    created_at      timestamptz NOT NULL DEFAULT now(),
    updated_at      timestamptz NOT NULL DEFAULT now(),
    CHECK (unsubscribed_at >= subscribed_at)
);

-- One issue of a newsletter. The counts are what was true when it was sent.
CREATE TABLE IF NOT EXISTS newsletters (
    id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    channel_id      bigint NOT NULL REFERENCES channels ON DELETE RESTRICT,
    article_id      bigint REFERENCES articles ON DELETE SET NULL,
    subject         text NOT NULL CHECK (subject <> ''),
    body            text NOT NULL DEFAULT '',
    status          newsletter_status NOT NULL DEFAULT 'draft',
    recipient_count integer CHECK (recipient_count >= 0),
    failure         text,
    metadata        jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(metadata) = 'object'),
    scheduled_for   timestamptz,
    sent_at         timestamptz,
    created_at      timestamptz NOT NULL DEFAULT now(),
    updated_at      timestamptz NOT NULL DEFAULT now(),
    CHECK (status <> 'scheduled' OR scheduled_for IS NOT NULL),
    CHECK (status <> 'sent' OR (sent_at IS NOT NULL AND recipient_count IS NOT NULL)),
    CHECK (status <> 'failed' OR failure IS NOT NULL)
);


-- Foreign keys. PostgreSQL indexes the referenced side only; without these, every delete of a
-- parent scans the whole child table. Not repeated here are the columns another index begins with:
-- every channel_id but one, and the source_id of chunks.
CREATE INDEX IF NOT EXISTS articles_cover_asset_id_idx ON articles (cover_asset_id);
CREATE INDEX IF NOT EXISTS posts_article_id_idx ON posts (article_id);
CREATE INDEX IF NOT EXISTS posts_media_asset_id_idx ON posts (media_asset_id);
CREATE INDEX IF NOT EXISTS knowledge_source_channels_channel_id_idx ON knowledge_source_channels (channel_id);
CREATE INDEX IF NOT EXISTS newsletters_article_id_idx ON newsletters (article_id);

-- An address subscribes to a channel once, however it is spelled. It begins with the foreign key.
CREATE UNIQUE INDEX IF NOT EXISTS recipients_channel_id_email_key ON recipients (channel_id, lower(email));

-- What pages show: the newest of a channel.
CREATE INDEX IF NOT EXISTS articles_published_idx ON articles (channel_id, published_at DESC)
    WHERE status = 'published';
CREATE INDEX IF NOT EXISTS newsletters_channel_id_sent_at_idx ON newsletters (channel_id, sent_at DESC);

-- What workers poll for. Partial, because work that is due is a handful of rows among very many.
CREATE INDEX IF NOT EXISTS articles_due_idx ON articles (scheduled_for) WHERE status = 'scheduled';
CREATE INDEX IF NOT EXISTS posts_due_idx ON posts (scheduled_for) WHERE status = 'scheduled';
CREATE INDEX IF NOT EXISTS newsletters_due_idx ON newsletters (scheduled_for) WHERE status = 'scheduled';
CREATE INDEX IF NOT EXISTS knowledge_sources_queue_idx ON knowledge_sources (created_at)
    WHERE processing = 'pending';
CREATE INDEX IF NOT EXISTS knowledge_chunks_not_embedded_idx ON knowledge_chunks (id)
    WHERE embedding IS NULL;

-- Nearest neighbours. The operator class decides which operator the index answers: this one is
-- for cosine distance, `<=>`.
CREATE INDEX IF NOT EXISTS knowledge_chunks_embedding_idx ON knowledge_chunks
    USING hnsw (embedding vector_cosine_ops);


-- updated_at is kept by the database, so that a statement typed by hand keeps it too.
CREATE OR REPLACE FUNCTION set_updated_at() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    NEW.updated_at := now();
    RETURN NEW;
END
$$;

CREATE OR REPLACE TRIGGER channels_set_updated_at BEFORE UPDATE ON channels
    FOR EACH ROW EXECUTE FUNCTION set_updated_at();
CREATE OR REPLACE TRIGGER media_assets_set_updated_at BEFORE UPDATE ON media_assets
    FOR EACH ROW EXECUTE FUNCTION set_updated_at();
CREATE OR REPLACE TRIGGER articles_set_updated_at BEFORE UPDATE ON articles
    FOR EACH ROW EXECUTE FUNCTION set_updated_at();
CREATE OR REPLACE TRIGGER posts_set_updated_at BEFORE UPDATE ON posts
    FOR EACH ROW EXECUTE FUNCTION set_updated_at();
CREATE OR REPLACE TRIGGER knowledge_sources_set_updated_at BEFORE UPDATE ON knowledge_sources
    FOR EACH ROW EXECUTE FUNCTION set_updated_at();
CREATE OR REPLACE TRIGGER knowledge_chunks_set_updated_at BEFORE UPDATE ON knowledge_chunks
    FOR EACH ROW EXECUTE FUNCTION set_updated_at();
CREATE OR REPLACE TRIGGER recipients_set_updated_at BEFORE UPDATE ON recipients
    FOR EACH ROW EXECUTE FUNCTION set_updated_at();
CREATE OR REPLACE TRIGGER newsletters_set_updated_at BEFORE UPDATE ON newsletters
    FOR EACH ROW EXECUTE FUNCTION set_updated_at();
