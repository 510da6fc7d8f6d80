//! What PostgreSQL and its extensions bring along. From the catalogs of PostgreSQL 13 to 18: types are never taken away,
//! so those of the newest are all.

/// The types of `pg_catalog`, apart from those of its relations.
pub(super) const TYPES: &[&str] = &[
    "aclitem",
    "any",
    "anyarray",
    "anycompatible",
    "anycompatiblearray",
    "anycompatiblemultirange",
    "anycompatiblenonarray",
    "anycompatiblerange",
    "anyelement",
    "anyenum",
    "anymultirange",
    "anynonarray",
    "anyrange",
    "bit",
    "bool",
    "box",
    "bpchar",
    "bytea",
    "char",
    "cid",
    "cidr",
    "circle",
    "cstring",
    "date",
    "datemultirange",
    "daterange",
    "event_trigger",
    "fdw_handler",
    "float4",
    "float8",
    "gtsvector",
    "index_am_handler",
    "inet",
    "int2",
    "int2vector",
    "int4",
    "int4multirange",
    "int4range",
    "int8",
    "int8multirange",
    "int8range",
    "internal",
    "interval",
    "json",
    "jsonb",
    "jsonpath",
    "language_handler",
    "line",
    "lseg",
    "macaddr",
    "macaddr8",
    "money",
    "name",
    "numeric",
    "nummultirange",
    "numrange",
    "oid",
    "oidvector",
    "path",
    "point",
    "polygon",
    "record",
    "refcursor",
    "regclass",
    "regcollation",
    "regconfig",
    "regdictionary",
    "regnamespace",
    "regoper",
    "regoperator",
    "regproc",
    "regprocedure",
    "regrole",
    "regtype",
    "table_am_handler",
    "text",
    "tid",
    "time",
    "timestamp",
    "timestamptz",
    "timetz",
    "trigger",
    "tsm_handler",
    "tsmultirange",
    "tsquery",
    "tsrange",
    "tstzmultirange",
    "tstzrange",
    "tsvector",
    "txid_snapshot",
    "unknown",
    "uuid",
    "varbit",
    "varchar",
    "void",
    "xid",
    "xid8",
    "xml",
];

/// Whether a type of this name is in `pg_catalog`.
pub(super) fn is_type(name: &str) -> bool {
    is_common(name) || TYPES.binary_search(&name).is_ok()
}

/// Whether it is one of those that most columns have, as they are written.
pub(super) fn is_common(name: &str) -> bool {
    matches!(
        name,
        "text" | "timestamptz" | "uuid" | "jsonb" | "date" | "bytea"
    )
}

/// What an extension makes that has a name in a schema: its types and relations.
pub(super) struct Extension {
    pub(super) name: &'static str,
    pub(super) makes: &'static [&'static str],
}

const fn extension(name: &'static str, makes: &'static [&'static str]) -> Extension {
    Extension { name, makes }
}

/// The extension that makes a type or a relation of this name.
pub(super) fn extension_with(name: &str) -> Option<&'static str> {
    let mut known = EXTENSIONS.iter();
    let known = known.find(|extension| extension.makes.contains(&name));
    known.map(|extension| extension.name)
}

/// The extensions that come with PostgreSQL, and `vector`.
pub(super) const EXTENSIONS: &[Extension] = &[
    extension("amcheck", &[]),
    extension("autoinc", &[]),
    extension("bloom", &[]),
    extension("btree_gin", &[]),
    extension(
        "btree_gist",
        &[
            "gbtreekey2",
            "gbtreekey4",
            "gbtreekey8",
            "gbtreekey16",
            "gbtreekey32",
            "gbtreekey_var",
        ],
    ),
    extension("citext", &["citext"]),
    extension("cube", &["cube"]),
    extension("dict_int", &[]),
    extension("dict_xsyn", &[]),
    extension("fuzzystrmatch", &[]),
    extension("hstore", &["hstore", "ghstore"]),
    extension("insert_username", &[]),
    extension("intagg", &[]),
    extension("intarray", &["query_int", "intbig_gkey"]),
    extension(
        "isn",
        &[
            "ean13", "isbn", "isbn13", "ismn", "ismn13", "issn", "issn13", "upc",
        ],
    ),
    extension("lo", &["lo"]),
    extension("ltree", &["ltree", "lquery", "ltxtquery", "ltree_gist"]),
    extension("moddatetime", &[]),
    extension("pageinspect", &[]),
    extension("pg_buffercache", &["pg_buffercache", "pg_buffercache_numa"]),
    extension("pg_freespacemap", &[]),
    extension("pg_prewarm", &[]),
    extension(
        "pg_stat_statements",
        &["pg_stat_statements", "pg_stat_statements_info"],
    ),
    extension("pg_trgm", &["gtrgm"]),
    extension("pg_visibility", &[]),
    extension("pgcrypto", &[]),
    extension("pgrowlocks", &[]),
    extension("pgstattuple", &[]),
    extension("plpgsql", &[]),
    extension("postgres_fdw", &[]),
    extension("refint", &[]),
    extension("seg", &["seg"]),
    extension("sslinfo", &[]),
    extension(
        "tablefunc",
        &[
            "tablefunc_crosstab_2",
            "tablefunc_crosstab_3",
            "tablefunc_crosstab_4",
        ],
    ),
    extension("tcn", &[]),
    extension("tsm_system_rows", &[]),
    extension("tsm_system_time", &[]),
    extension("unaccent", &[]),
    extension("uuid-ossp", &[]),
    extension("vector", &["vector", "halfvec", "sparsevec"]),
];
