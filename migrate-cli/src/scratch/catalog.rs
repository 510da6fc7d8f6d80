//! The objects of a schema, as lines that can be compared.

use migrate_runtime::HistoryTable;
pub(crate) use migrate_server::{Schema as Catalog, differences};

use super::Scratch;
use super::observe::SCHEMA;
use crate::failure::Failure;

impl Scratch {
    /// The current schema, without the history table, the observer and the members of extensions.
    pub(crate) async fn catalog(&self, history: &HistoryTable) -> Result<Catalog, Failure> {
        let sql = migrate_server::objects(&history.to_string(), SCHEMA);
        Ok(self.rows(&sql).await?.into_iter().flatten().collect())
    }
}
