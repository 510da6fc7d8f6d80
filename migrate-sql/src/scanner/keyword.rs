//! PostgreSQL's keywords.
//!
//! The list is that of PostgreSQL 18 (`pg_get_keywords()`); how reserved each one is, is the
//! grammar's business: to the scanner they are all alike.

/// Declares the enum, its spellings and the list of all from one list of `Variant "spelling"`.
macro_rules! keywords {
    ($($variant:ident $text:literal,)*) => {
        /// A word that PostgreSQL's grammar knows by name. In alphabetical order.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u16)]
        pub enum Keyword {
            $(#[doc = concat!("`", $text, "`")] $variant,)*
        }

        /// Not a `match` of as many arms: the compiler looks every spelling up, to fill `TABLE`, and tries arms in turn.
        static TEXTS: &[&str] = &[$($text,)*];

        impl Keyword {
            /// Every keyword, in alphabetical order: `ALL[k as usize] == k`.
            pub const ALL: &'static [Keyword] = &[$(Keyword::$variant,)*];

            /// Its spelling, in lower case.
            #[expect(clippy::indexing_slicing, reason = "made from the same list")]
            pub const fn text(self) -> &'static str {
                TEXTS[self as usize]
            }
        }
    };
}

keywords! {
    Abort "abort", Absent "absent", Absolute "absolute", Access "access", Action "action",
    Add "add", Admin "admin", After "after", Aggregate "aggregate", All "all", Also "also",
    Alter "alter", Always "always", Analyse "analyse", Analyze "analyze", And "and", Any "any",
    Array "array", As "as", Asc "asc", Asensitive "asensitive", Assertion "assertion",
    Assignment "assignment", Asymmetric "asymmetric", At "at", Atomic "atomic", Attach "attach",
    Attribute "attribute", Authorization "authorization", Backward "backward", Before "before",
    Begin "begin", Between "between", Bigint "bigint", Binary "binary", Bit "bit",
    Boolean "boolean", Both "both", Breadth "breadth", By "by", Cache "cache", Call "call",
    Called "called", Cascade "cascade", Cascaded "cascaded", Case "case", Cast "cast",
    Catalog "catalog", Chain "chain", Char "char", Character "character",
    Characteristics "characteristics", Check "check", Checkpoint "checkpoint", Class "class",
    Close "close", Cluster "cluster", Coalesce "coalesce", Collate "collate",
    Collation "collation", Column "column", Columns "columns", Comment "comment",
    Comments "comments", Commit "commit", Committed "committed", Compression "compression",
    Concurrently "concurrently", Conditional "conditional", Configuration "configuration",
    Conflict "conflict", Connection "connection", Constraint "constraint",
    Constraints "constraints", Content "content", Continue "continue", Conversion "conversion",
    Copy "copy", Cost "cost", Create "create", Cross "cross", Csv "csv", Cube "cube",
    Current "current", CurrentCatalog "current_catalog", CurrentDate "current_date",
    CurrentRole "current_role", CurrentSchema "current_schema", CurrentTime "current_time",
    CurrentTimestamp "current_timestamp", CurrentUser "current_user", Cursor "cursor",
    Cycle "cycle", Data "data", Database "database", Day "day", Deallocate "deallocate", Dec "dec",
    Decimal "decimal", Declare "declare", Default "default", Defaults "defaults",
    Deferrable "deferrable", Deferred "deferred", Definer "definer", Delete "delete",
    Delimiter "delimiter", Delimiters "delimiters", Depends "depends", Depth "depth", Desc "desc",
    Detach "detach", Dictionary "dictionary", Disable "disable", Discard "discard",
    Distinct "distinct", Do "do", Document "document", Domain "domain", Double "double",
    Drop "drop", Each "each", Else "else", Empty "empty", Enable "enable", Encoding "encoding",
    Encrypted "encrypted", End "end", Enforced "enforced", Enum "enum", Error "error",
    Escape "escape", Event "event", Except "except", Exclude "exclude", Excluding "excluding",
    Exclusive "exclusive", Execute "execute", Exists "exists", Explain "explain",
    Expression "expression", Extension "extension", External "external", Extract "extract",
    False "false", Family "family", Fetch "fetch", Filter "filter", Finalize "finalize",
    First "first", Float "float", Following "following", For "for", Force "force",
    Foreign "foreign", Format "format", Forward "forward", Freeze "freeze", From "from",
    Full "full", Function "function", Functions "functions", Generated "generated",
    Global "global", Grant "grant", Granted "granted", Greatest "greatest", Group "group",
    Grouping "grouping", Groups "groups", Handler "handler", Having "having", Header "header",
    Hold "hold", Hour "hour", Identity "identity", If "if", Ilike "ilike", Immediate "immediate",
    Immutable "immutable", Implicit "implicit", Import "import", In "in", Include "include",
    Including "including", Increment "increment", Indent "indent", Index "index",
    Indexes "indexes", Inherit "inherit", Inherits "inherits", Initially "initially",
    Inline "inline", Inner "inner", Inout "inout", Input "input", Insensitive "insensitive",
    Insert "insert", Instead "instead", Int "int", Integer "integer", Intersect "intersect",
    Interval "interval", Into "into", Invoker "invoker", Is "is", Isnull "isnull",
    Isolation "isolation", Join "join", Json "json", JsonArray "json_array",
    JsonArrayagg "json_arrayagg", JsonExists "json_exists", JsonObject "json_object",
    JsonObjectagg "json_objectagg", JsonQuery "json_query", JsonScalar "json_scalar",
    JsonSerialize "json_serialize", JsonTable "json_table", JsonValue "json_value", Keep "keep",
    Key "key", Keys "keys", Label "label", Language "language", Large "large", Last "last",
    Lateral "lateral", Leading "leading", Leakproof "leakproof", Least "least", Left "left",
    Level "level", Like "like", Limit "limit", Listen "listen", Load "load", Local "local",
    Localtime "localtime", Localtimestamp "localtimestamp", Location "location", Lock "lock",
    Locked "locked", Logged "logged", Mapping "mapping", Match "match", Matched "matched",
    Materialized "materialized", Maxvalue "maxvalue", Merge "merge", MergeAction "merge_action",
    Method "method", Minute "minute", Minvalue "minvalue", Mode "mode", Month "month", Move "move",
    Name "name", Names "names", National "national", Natural "natural", Nchar "nchar",
    Nested "nested", New "new", Next "next", Nfc "nfc", Nfd "nfd", Nfkc "nfkc", Nfkd "nfkd",
    No "no", None "none", Normalize "normalize", Normalized "normalized", Not "not",
    Nothing "nothing", Notify "notify", Notnull "notnull", Nowait "nowait", Null "null",
    Nullif "nullif", Nulls "nulls", Numeric "numeric", Object "object", Objects "objects", Of "of",
    Off "off", Offset "offset", Oids "oids", Old "old", Omit "omit", On "on", Only "only",
    Operator "operator", Option "option", Options "options", Or "or", Order "order",
    Ordinality "ordinality", Others "others", Out "out", Outer "outer", Over "over",
    Overlaps "overlaps", Overlay "overlay", Overriding "overriding", Owned "owned", Owner "owner",
    Parallel "parallel", Parameter "parameter", Parser "parser", Partial "partial",
    Partition "partition", Passing "passing", Password "password", Path "path", Period "period",
    Placing "placing", Plan "plan", Plans "plans", Policy "policy", Position "position",
    Preceding "preceding", Precision "precision", Prepare "prepare", Prepared "prepared",
    Preserve "preserve", Primary "primary", Prior "prior", Privileges "privileges",
    Procedural "procedural", Procedure "procedure", Procedures "procedures", Program "program",
    Publication "publication", Quote "quote", Quotes "quotes", Range "range", Read "read",
    Real "real", Reassign "reassign", Recursive "recursive", Ref "ref", References "references",
    Referencing "referencing", Refresh "refresh", Reindex "reindex", Relative "relative",
    Release "release", Rename "rename", Repeatable "repeatable", Replace "replace",
    Replica "replica", Reset "reset", Restart "restart", Restrict "restrict", Return "return",
    Returning "returning", Returns "returns", Revoke "revoke", Right "right", Role "role",
    Rollback "rollback", Rollup "rollup", Routine "routine", Routines "routines", Row "row",
    Rows "rows", Rule "rule", Savepoint "savepoint", Scalar "scalar", Schema "schema",
    Schemas "schemas", Scroll "scroll", Search "search", Second "second", Security "security",
    Select "select", Sequence "sequence", Sequences "sequences", Serializable "serializable",
    Server "server", Session "session", SessionUser "session_user", Set "set", Setof "setof",
    Sets "sets", Share "share", Show "show", Similar "similar", Simple "simple", Skip "skip",
    Smallint "smallint", Snapshot "snapshot", Some "some", Source "source", Sql "sql",
    Stable "stable", Standalone "standalone", Start "start", Statement "statement",
    Statistics "statistics", Stdin "stdin", Stdout "stdout", Storage "storage", Stored "stored",
    Strict "strict", String "string", Strip "strip", Subscription "subscription",
    Substring "substring", Support "support", Symmetric "symmetric", Sysid "sysid",
    System "system", SystemUser "system_user", Table "table", Tables "tables",
    Tablesample "tablesample", Tablespace "tablespace", Target "target", Temp "temp",
    Template "template", Temporary "temporary", Text "text", Then "then", Ties "ties", Time "time",
    Timestamp "timestamp", To "to", Trailing "trailing", Transaction "transaction",
    Transform "transform", Treat "treat", Trigger "trigger", Trim "trim", True "true",
    Truncate "truncate", Trusted "trusted", Type "type", Types "types", Uescape "uescape",
    Unbounded "unbounded", Uncommitted "uncommitted", Unconditional "unconditional",
    Unencrypted "unencrypted", Union "union", Unique "unique", Unknown "unknown",
    Unlisten "unlisten", Unlogged "unlogged", Until "until", Update "update", User "user",
    Using "using", Vacuum "vacuum", Valid "valid", Validate "validate", Validator "validator",
    Value "value", Values "values", Varchar "varchar", Variadic "variadic", Varying "varying",
    Verbose "verbose", Version "version", View "view", Views "views", Virtual "virtual",
    Volatile "volatile", When "when", Where "where", Whitespace "whitespace", Window "window",
    With "with", Within "within", Without "without", Work "work", Wrapper "wrapper", Write "write",
    Xml "xml", Xmlattributes "xmlattributes", Xmlconcat "xmlconcat", Xmlelement "xmlelement",
    Xmlexists "xmlexists", Xmlforest "xmlforest", Xmlnamespaces "xmlnamespaces",
    Xmlparse "xmlparse", Xmlpi "xmlpi", Xmlroot "xmlroot", Xmlserialize "xmlserialize",
    Xmltable "xmltable", Year "year", Yes "yes", Zone "zone",
}

/// No keyword is longer.
const LONGEST: usize = 17;

/// Four times as many slots as keywords, so that a probe seldom meets another word.
const SLOTS: usize = 2048;

/// Open addressing: a keyword's place is its hash or the next free slot after it. Made by the
/// compiler, so looking a word up costs one or two comparisons even in an unoptimised build.
static TABLE: [Option<Keyword>; SLOTS] = fill_table();

#[expect(
    clippy::indexing_slicing,
    reason = "runs in the compiler: a wrong index is a build error"
)]
const fn fill_table() -> [Option<Keyword>; SLOTS] {
    let mut table = [None; SLOTS];
    let mut next = 0;
    while next < Keyword::ALL.len() {
        let keyword = Keyword::ALL[next];
        let text = keyword.text().as_bytes();
        assert!(text.len() <= LONGEST);
        let mut slot = Hash::of(text).slot();
        while table[slot].is_some() {
            slot = (slot + 1) % SLOTS;
        }
        table[slot] = Some(keyword);
        next += 1;
    }
    table
}

/// The hash of a word, collected while the word is scanned, whatever its case.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Hash(pub(super) u32);

impl Hash {
    /// Of the empty word.
    pub(crate) const START: Self = Self(0);

    /// Of the word with one more byte. Letters differ from their other case in one bit only.
    #[expect(clippy::inline_always, reason = "a call for each byte of all text")]
    #[inline(always)]
    pub(crate) const fn with(self, byte: u8) -> Self {
        Self(self.0.wrapping_mul(31).wrapping_add((byte | 0x20) as u32))
    }

    /// Of a word.
    pub(super) const fn of(word: &[u8]) -> Self {
        let mut hash = Self::START;
        let mut rest = word;
        while let [first, others @ ..] = rest {
            hash = hash.with(*first);
            rest = others;
        }
        hash
    }

    const fn slot(self) -> usize {
        (self.0 ^ (self.0 >> 11)) as usize % SLOTS
    }
}

/// The keyword that `word` is, in whatever case, if it is one.
#[expect(
    clippy::indexing_slicing,
    reason = "slots are less than their number; nothing else is quick without optimisation"
)]
pub(crate) fn find(word: &[u8], hash: Hash) -> Option<Keyword> {
    if word.len() > LONGEST {
        return None;
    }
    let mut slot = hash.slot();
    // The table has free slots, so this ends.
    while let Some(keyword) = TABLE[slot] {
        if is_spelt(keyword.text().as_bytes(), word) {
            return Some(keyword);
        }
        slot = (slot + 1) % SLOTS;
    }
    None
}

/// Whether a word is a keyword in whatever case.
#[expect(
    clippy::indexing_slicing,
    reason = "the lengths are compared first; nothing else is quick without optimisation"
)]
fn is_spelt(keyword: &[u8], word: &[u8]) -> bool {
    if keyword.len() != word.len() {
        return false;
    }
    let mut at = 0;
    while at < keyword.len() {
        // Letters differ from their other case in this bit, which an underscore lacks.
        if keyword[at] != word[at] && keyword[at] != word[at] | 0x20 {
            return false;
        }
        at += 1;
    }
    true
}

#[cfg(test)]
mod tests {
    use super::{Hash, Keyword};

    fn find(word: &str) -> Option<Keyword> {
        super::find(word.as_bytes(), Hash::of(word.as_bytes()))
    }

    #[test]
    fn every_keyword_is_found_in_either_case() {
        for keyword in Keyword::ALL {
            let text = keyword.text();
            assert_eq!(find(text), Some(*keyword));
            let upper = text.to_uppercase();
            assert_eq!(find(&upper), Some(*keyword));
        }
    }

    #[test]
    fn other_words_are_not_found() {
        for word in [
            "",
            "x",
            "selects",
            "schema_migrations",
            "sélect",
            "\u{212a}ey",
        ] {
            assert_eq!(find(word), None);
        }
    }

    #[test]
    fn all_is_sorted_and_complete() {
        assert!(
            Keyword::ALL
                .windows(2)
                .all(|pair| pair[0].text() < pair[1].text())
        );
        assert!(
            (0..)
                .zip(Keyword::ALL)
                .all(|(at, keyword)| *keyword as u16 == at)
        );
    }
}
