//! The connections and the pool of sqlx 0.8.

super::sqlx::drive!(sqlx_0_8, std::convert::identity, str::to_owned);
