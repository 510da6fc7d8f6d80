//! What the content team knows: stored once, found by meaning.

use postgres::{Client, Error};

use crate::embedding::{self, embed};

/// The passages of one source, in order.
const HANDBOOK: [&str; 5] = [
    "A second person reviews every article before it is published.",
    "The newsletter is sent on Thursday at nine, to recipients who have not left.",
    "Every image needs a description: readers with a screen reader hear it instead.",
    "A post announces an article; when the platform fails, it is tried again after ten minutes.",
    "A channel cannot be deleted while articles or posts belong to it.",
];

/// A passage that was found, and how far it is from what was asked: 0 is the same direction.
pub(crate) struct Passage {
    pub(crate) content: String,
    pub(crate) distance: f64,
}

/// Stores a channel, an article and a source with its passages, and returns the channel's id.
///
/// Each statement names what makes its row the same row, so a second start changes nothing.
pub(crate) fn store(client: &mut Client) -> Result<i64, Error> {
    let mut transaction = client.transaction()?;

    let channel: i64 = transaction
        .query_one(
            "INSERT INTO channels (slug, name, type, platform) VALUES ('team-blog', 'Team blog', 'blog', 'ghost')
             ON CONFLICT (slug) DO UPDATE SET name = excluded.name
             RETURNING id",
            &[],
        )?
        .get(0);
    transaction.execute(
        "INSERT INTO articles (channel_id, slug, title, body, status, published_at, tags)
         VALUES ($1, 'how-we-publish', 'How we publish', 'Four eyes, one calendar.', 'published', now(), '{process}')
         ON CONFLICT (channel_id, slug) DO NOTHING",
        &[&channel],
    )?;

    let source: i64 = transaction
        .query_one(
            "INSERT INTO knowledge_sources (uri, title, processing) VALUES ('handbook:publishing', 'Handbook', 'done')
             ON CONFLICT (uri) DO UPDATE SET title = excluded.title
             RETURNING id",
            &[],
        )?
        .get(0);
    transaction.execute(
        "INSERT INTO knowledge_source_channels (source_id, channel_id) VALUES ($1, $2) ON CONFLICT DO NOTHING",
        &[&source, &channel],
    )?;

    let insert_chunk = transaction.prepare(
        "INSERT INTO knowledge_chunks (source_id, position, content, embedding, embedding_model)
         VALUES ($1, $2, $3, $4::text::vector, $5)
         ON CONFLICT (source_id, position) DO NOTHING",
    )?;
    for (position, content) in (0_i32..).zip(HANDBOOK) {
        let vector = embedding::to_sql(&embed(content));
        transaction.execute(
            &insert_chunk,
            &[&source, &position, &content, &vector, &embedding::MODEL],
        )?;
    }

    transaction.commit()?;
    Ok(channel)
}

/// The passages a channel may draw on that are nearest to `question`, nearest first.
pub(crate) fn nearest(
    client: &mut Client,
    channel: i64,
    question: &str,
    limit: i64,
) -> Result<Vec<Passage>, Error> {
    let vector = embedding::to_sql(&embed(question));
    let rows = client.query(
        "SELECT content, embedding <=> $1::text::vector AS distance
         FROM knowledge_chunks
         JOIN knowledge_source_channels USING (source_id)
         WHERE channel_id = $2 AND embedding_model = $3
         ORDER BY distance
         LIMIT $4",
        &[&vector, &channel, &embedding::MODEL, &limit],
    )?;
    Ok(rows
        .iter()
        .map(|row| Passage {
            content: row.get("content"),
            distance: row.get("distance"),
        })
        .collect())
}

/// How much is stored, in words.
pub(crate) fn count(client: &mut Client) -> Result<String, Error> {
    let row = client.query_one(
        "SELECT (SELECT count(*) FROM articles) AS articles, (SELECT count(*) FROM knowledge_chunks) AS passages",
        &[],
    )?;
    let (articles, passages): (i64, i64) = (row.get("articles"), row.get("passages"));
    Ok(format!("articles: {articles}, passages: {passages}"))
}
