//! The directory itself, and what in it is no ordinary file.

use std::fs;

use insta::assert_snapshot;
use migrate_check::Settings;

use crate::fixture::{Crate, problems};

fn problems_of(package: &Crate, directory: &str) -> String {
    package.problems_of(directory, &Settings::default())
}

#[test]
fn a_missing_directory_is_refused() {
    assert_snapshot!(Crate::bare().problems(), @"
    migrations: no such directory
     |
     = help: create it inside [crate]
     = help: the path is relative to the directory of the crate's Cargo.toml
    ");
}

#[test]
fn a_file_where_a_directory_is_due_is_refused() {
    let package = Crate::with(&[("0001_a.sql", "")]);
    assert_snapshot!(problems_of(&package, "migrations/0001_a.sql"), @"
    migrations/0001_a.sql: a file, not a directory
     |
     = help: name the directory that holds the migrations, such as `migrations`
    ");
    assert_snapshot!(problems_of(&package, "migrations/0001_a.sql/b"), @"
    migrations/0001_a.sql/b: a file, not a directory
     |
     = help: name the directory that holds the migrations, such as `migrations`
    ");
}

#[test]
fn an_empty_directory_is_refused() {
    let nothing: [(&str, &str); 0] = [];
    assert_snapshot!(problems(&nothing), @"
    migrations: the directory holds no migration
     |
     = help: add one, named like `0001_create_users.sql`
    ");
    assert_snapshot!(problems(&[("README.md", "empty so far"), ("old/notes.txt", "")]), @"
    migrations: the directory holds no migration
     |
     = help: add one, named like `0001_create_users.sql`
    ");
}

#[test]
fn an_absolute_path_is_refused() {
    assert_snapshot!(problems_of(&Crate::bare(), "/etc"), @"
    /etc: the path is absolute
     |
     = help: name the directory from the one that the crate's Cargo.toml is in, such as `migrations` or `../migrations`, so that the crate can be built anywhere
    ");
}

#[test]
fn a_path_upwards_is_read() {
    let package = Crate::with(&[("0001_a.sql", "")]);
    assert_snapshot!(problems_of(&package, "../migrations"), @"
    ../migrations: no such directory
     |
     = help: if this crate is published, move the migrations into it: a package holds nothing from outside of its crate
     = help: the path is relative to the directory of the crate's Cargo.toml
    ");
    assert_eq!(problems_of(&package, "migrations/../migrations"), "");
    fs::create_dir(package.path("app")).expect("a crate beside the migrations");
    let beside = migrate_check::load(&package.path("app"), "../migrations", &Settings::default());
    assert_eq!(beside.diagnostics, []);
    assert_eq!(beside.sources[0].file, "../migrations/0001_a.sql");
}

#[test]
fn a_path_with_a_nul_is_refused() {
    assert_snapshot!(problems_of(&Crate::bare(), "migra\0tions"), @r"
    migra\u{0}tions: a path cannot hold a NUL character
     |
     = help: name a directory, such as `migrations`
    ");
}

#[test]
fn a_missing_crate_is_refused() {
    let loaded = migrate_check::load("no/such/crate".as_ref(), "migrations", &Settings::default());
    let [only] = loaded.diagnostics.as_slice() else {
        panic!("{:?}", loaded.diagnostics)
    };
    // What follows is the system's own.
    assert!(
        only.message.starts_with("no/such/crate cannot be read: "),
        "{}",
        only.message
    );
}

#[test]
fn the_directory_is_shown_without_decoration() {
    let package = Crate::with(&[("x.sql", "")]);
    for directory in ["migrations/", "./migrations", "migrations//."] {
        assert!(
            problems_of(&package, directory).starts_with("migrations/x.sql: "),
            "{directory}"
        );
    }
}

#[test]
fn the_crate_itself_may_be_the_directory() {
    let package = Crate::with(&[("0001_a.sql", "-- migrate: x")]);
    let loaded = migrate_check::load(&package.path("migrations"), ".", &Settings::default());
    assert_eq!(loaded.diagnostics[0].file, "0001_a.sql");
    let loaded = migrate_check::load(&package.path("migrations"), "", &Settings::default());
    assert_eq!(loaded.diagnostics[0].file, "0001_a.sql");
}

#[test]
fn a_sub_directory_with_sql_is_refused() {
    let files = [
        ("0001_a.sql", ""),
        ("archive/2019/0000_old.sql", ""),
        ("archive/notes.txt", ""),
        ("seed/users.SQL", ""),
        ("docs/notes.txt", ""),
    ];
    assert_snapshot!(problems(&files), @"
    migrations/archive: a sub-directory with SQL in it: `2019/0000_old.sql`
     |
     = help: only files directly in `migrations` are migrations: move it there, or out of the directory
    migrations/seed: a sub-directory with SQL in it: `users.SQL`
     |
     = help: only files directly in `migrations` are migrations: move it there, or out of the directory
    ");
}

#[test]
fn sql_in_nothing_but_sub_directories_is_not_called_empty() {
    assert_snapshot!(problems(&[("2025/users.sql", "")]), @"
    migrations/2025: a sub-directory with SQL in it: `users.sql`
     |
     = help: only files directly in `migrations` are migrations: move it there, or out of the directory
    ");
}

#[test]
fn a_directory_named_like_a_migration_is_refused() {
    assert_snapshot!(problems(&[("0001_a.sql", ""), ("0002_b.sql/up.txt", "")]), @"
    migrations/0002_b.sql: a directory named like a migration
     |
     = help: rename it, or move it out of the directory
    ");
}

#[test]
fn a_file_too_large_for_the_server_is_refused() {
    let package = Crate::with(&[("0001_a.sql", "")]);
    let file = fs::File::create(package.path("migrations/0002_b.sql")).expect("a file");
    // Sparse: it takes no room.
    file.set_len(5 << 30).expect("a hole");
    assert_snapshot!(package.problems(), @"
    migrations/0002_b.sql: the file is too large: 5120 MiB
     |
     = help: PostgreSQL takes no message of more than 1 GiB: split it into several migrations
    ");
}

#[cfg(unix)]
mod unix {
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;

    #[test]
    fn links_out_of_the_crate_are_followed() {
        let elsewhere = Crate::with(&[("0002_b.sql", "SELECT 2")]);
        let package = Crate::with(&[("0001_a.sql", "SELECT 1")]);
        let target = elsewhere.path("migrations/0002_b.sql");
        symlink(target, package.path("migrations/0002_b.sql")).expect("a link");
        symlink(elsewhere.path("migrations"), package.path("link")).expect("a link");
        assert_eq!(package.problems(), "");
        assert_eq!(package.load().migrations.len(), 2);
        assert_eq!(problems_of(&package, "link"), "");
    }

    #[test]
    fn links_inside_the_crate_are_followed() {
        let package = Crate::with(&[("0001_a.sql", "SELECT 1")]);
        symlink("0001_a.sql", package.path("migrations/0002_b.sql")).expect("a link");
        symlink("migrations", package.path("link")).expect("a link");
        assert_eq!(problems_of(&package, "link"), "");
        assert_eq!(package.load().migrations.len(), 2);
    }

    #[test]
    fn a_link_that_leads_nowhere_is_refused() {
        let package = Crate::with(&[("0001_a.sql", "")]);
        symlink("nowhere", package.path("migrations/0002_b.sql")).expect("a link");
        symlink("nowhere", package.path("lost")).expect("a link");
        assert_snapshot!(package.problems(), @"
        migrations/0002_b.sql: the target of this symbolic link does not exist
         |
         = help: correct the link, or put the file itself here
        ");
        assert_snapshot!(problems_of(&package, "lost"), @"
        lost: the target of this symbolic link does not exist
         |
         = help: correct the link, or put the file itself here
        ");
    }

    #[test]
    fn an_unreadable_file_is_refused_and_its_name_still_counts() {
        let package = Crate::with(&[("0001_a.sql", "")]);
        // A link to itself cannot be read by anybody; file modes do not stop root.
        symlink("0001_b.sql", package.path("migrations/0001_b.sql")).expect("a link");
        assert_snapshot!(package.problems(), @"
        migrations/0001_b.sql: cannot be read: too many levels of symbolic links
         |
         = help: check that it is intact and that the user who builds may read it
        migrations/0001_b.sql: version 1 is also the version of `0001_a.sql`
         |
         = help: renumber whichever of the two has not been applied anywhere
        ");
    }

    #[test]
    fn a_file_without_read_permission_is_refused_to_those_it_concerns() {
        let package = Crate::with(&[("0001_a.sql", "SELECT 1")]);
        let file = package.path("migrations/0001_a.sql");
        fs::set_permissions(&file, fs::Permissions::from_mode(0o000)).expect("a mode");
        let problems = package.problems();
        match fs::read(&file) {
            Ok(_) => assert_eq!(problems, "", "file modes do not stop root"),
            Err(_) => assert!(
                problems.starts_with("migrations/0001_a.sql: cannot be read: permission denied"),
                "{problems}"
            ),
        }
        fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).expect("a mode");
        assert_eq!(package.problems(), "");
    }

    #[test]
    fn a_socket_is_refused() {
        let package = Crate::with(&[("0001_a.sql", "")]);
        let socket = package.path("migrations/0002_b.sql");
        let _listener = std::os::unix::net::UnixListener::bind(socket).expect("a socket");
        assert_snapshot!(package.problems(), @"
        migrations/0002_b.sql: neither a regular file nor a link to one
         |
         = help: migrations are regular files: delete this pipe, socket or device
        ");
    }
}
