//! The `migrate` program over the migrations embedded here, for images that hold nothing else.

fn main() -> std::process::ExitCode {
    migrate_cli::main_with_version(&content_ai::MIGRATIONS, env!("CARGO_PKG_VERSION"))
}
