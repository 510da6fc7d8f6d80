//! The `migrate` program over the migrations embedded here, for images that hold nothing else.

fn main() -> std::process::ExitCode {
    migrate_cli::main(&content_ai::MIGRATIONS)
}
