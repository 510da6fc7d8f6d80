//! 200 tests with `#[sqlx::test]`.

/// What the tests start with, once for all of them.
pub static MIGRATOR: sqlx::migrate::Migrator = sqlx::migrate!("./migrations");

fn main() {
    println!("{} migrations", MIGRATOR.iter().count());
}

#[cfg(test)]
mod tests {
    macro_rules! each {
        ($($name:ident)+) => {$(
            #[sqlx::test(migrator = "crate::MIGRATOR")]
            async fn $name(pool: sqlx::PgPool) -> Result<(), sqlx::Error> {
                sqlx::query(crate::tests::INSERT).execute(&pool).await?;
                let found: i64 = sqlx::query_scalar(crate::tests::COUNT).fetch_one(&pool).await?;
                assert_eq!(found, 1);
                Ok(())
            }
        )+};
    }
    use each;

    const INSERT: &str = "INSERT INTO t00001 (order_id, customer_id, reference) VALUES (1, 1, 'a')";
    const COUNT: &str = "SELECT count(*) FROM t00001";

    /// Ten tests of one kind.
    macro_rules! ten {
        ($($place:ident)+) => {$(
            mod $place {
                super::each! { t0 t1 t2 t3 t4 t5 t6 t7 t8 t9 }
            }
        )+};
    }

    ten! { a b c d e f g h i j k l m n o p q r s t }
}
