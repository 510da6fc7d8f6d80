//! Text to vectors, without a model.
//!
//! A real product asks an embedding model. This stand-in hashes each word to one of the vector's
//! dimensions, so that texts which share words point in similar directions: enough to see the
//! database search, and the same on every machine, today and tomorrow.

use std::fmt::Write as _;

/// Stored beside each vector: vectors of different models cannot be compared.
pub(crate) const MODEL: &str = "word-hashing-1536";

/// As the column says: `vector(1536)`.
const DIMENSIONS: usize = 1536;

/// Where a text lies, as a vector of length 1.
///
/// A word counts twice: whole, and by its first four letters, so that `publish` is near `published`.
/// Words of up to three letters say little and are left out.
pub(crate) fn embed(text: &str) -> Vec<f32> {
    let mut vector = vec![0.0; DIMENSIONS];
    for word in text.to_lowercase().split(|c: char| !c.is_alphanumeric()) {
        let stem = match word.char_indices().nth(4) {
            Some((end, _)) => word.get(..end).unwrap_or(word),
            None if word.chars().count() == 4 => word,
            None => continue,
        };
        for feature in [word, stem] {
            let hash = hash(feature);
            // The lowest bit gives a sign, so that words which meet in one dimension cancel out
            // as often as they add up.
            let sign = if hash & 1 == 0 { 1.0 } else { -1.0 };
            let dimension = (hash >> 1) % DIMENSIONS as u64;
            if let Some(value) = usize::try_from(dimension)
                .ok()
                .and_then(|i| vector.get_mut(i))
            {
                *value += sign;
            }
        }
    }
    let length = vector.iter().map(|value| value * value).sum::<f32>().sqrt();
    if length > 0.0 {
        for value in &mut vector {
            *value /= length;
        }
    }
    vector
}

/// A vector as pgvector reads it: `[0.5,0,-0.5]`.
pub(crate) fn to_sql(vector: &[f32]) -> String {
    let mut sql = String::from("[");
    for (index, value) in vector.iter().enumerate() {
        let separator = if index == 0 { "" } else { "," };
        // Writing to a String cannot fail.
        let _ = write!(sql, "{separator}{value}");
    }
    sql.push(']');
    sql
}

/// FNV-1a: unlike the standard library's hasher it is the same in every build, and vectors that
/// were stored yesterday are compared with vectors made today.
fn hash(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn similarity(a: &str, b: &str) -> f32 {
        embed(a).iter().zip(embed(b)).map(|(a, b)| a * b).sum()
    }

    #[test]
    fn a_vector_has_the_columns_dimensions_and_length_one() {
        let vector = embed("Every image needs a description");
        assert_eq!(vector.len(), 1536);
        let length = vector.iter().map(|value| value * value).sum::<f32>();
        assert!((length - 1.0).abs() < 1e-5, "{length}");
    }

    #[test]
    fn a_text_without_words_is_the_zero_vector() {
        assert!(embed("a … of it").iter().all(|value| *value == 0.0));
    }

    #[test]
    fn case_and_punctuation_do_not_matter() {
        assert_eq!(embed("Publish: articles!"), embed("publish articles"));
    }

    #[test]
    fn texts_that_share_words_are_nearer_than_texts_that_do_not() {
        let question = "when is the newsletter sent";
        let near = similarity(question, "The newsletter is sent on Thursday");
        let far = similarity(question, "Every image needs a description");
        assert!(near > far + 0.3, "{near} {far}");
    }

    #[test]
    fn endings_of_a_word_are_near_each_other() {
        assert!(similarity("publish", "published") > 0.4);
        assert!(similarity("Übersetzung", "übersetzen") > 0.4);
    }

    #[test]
    fn a_vector_is_written_as_pgvector_reads_it() {
        assert_eq!(to_sql(&[0.5, 0.0, -0.25]), "[0.5,0,-0.25]");
    }
}
