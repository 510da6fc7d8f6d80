//! What earlier statements have made: of the tables, by the files before, and of everything, by the file
//! itself. Knows no rule.

mod past;
mod schema;

pub(crate) use self::past::Past;
pub(crate) use self::schema::Schema;
