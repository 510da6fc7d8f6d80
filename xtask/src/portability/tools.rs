//! Debian's second Rust, MinGW and Wine.

use std::path::Path;
use std::process::{Command, Stdio};

/// Where Debian's packages put what is needed, and the package of each.
const NEEDED: [(&str, &str); 5] = [
    ("/usr/bin/rustc", "rustc-web"),
    ("/usr/bin/cargo", "cargo-web"),
    (
        "/usr/lib/rustlib/src/rust/library/std/Cargo.toml",
        "rust-web-src",
    ),
    ("/usr/bin/x86_64-w64-mingw32-gcc", "gcc-mingw-w64-x86-64"),
    (Tools::WINE, "wine64"),
];

/// The oldest that compiles us; `rust-version` of the workspace.
const OLDEST: &str = "1.88";

/// They are here.
pub(crate) struct Tools(());

impl Tools {
    pub(crate) const WINE: &str = "/usr/lib/wine/wine64";

    /// Finds the tools, and installs what is missing where that can be done.
    ///
    /// # Errors
    /// Why they cannot be had.
    pub(crate) fn find() -> Result<Self, String> {
        let missing = || {
            let missing = NEEDED.iter().filter(|(path, _)| !Path::new(path).exists());
            missing.map(|(_, package)| *package).collect::<Vec<_>>()
        };
        if !missing().is_empty() {
            eprintln!("portability: installing {}", missing().join(", "));
            let install = [
                "--option=DPkg::Lock::Timeout=300",
                "install",
                "--yes",
                "--quiet",
                "--no-install-recommends",
            ];
            let installed = Command::new("apt-get")
                .args(install)
                .args(missing())
                .env("DEBIAN_FRONTEND", "noninteractive")
                .stdin(Stdio::null())
                .stdout(Stdio::null())
                .status();
            let packages = missing();
            if !packages.is_empty() {
                let answer =
                    installed.map_or_else(|error| error.to_string(), |status| status.to_string());
                return Err(format!(
                    "not installed: {} (Debian 12; apt-get: {answer})",
                    packages.join(", ")
                ));
            }
        }
        let version = version().ok_or("/usr/bin/rustc does not say its version")?;
        let minor = |version: &str| version.split('.').nth(1)?.parse::<u32>().ok();
        if minor(&version) < minor(OLDEST) {
            return Err(format!(
                "Debian's Rust is {version}, and {OLDEST} is needed"
            ));
        }
        eprintln!("portability: with Debian's Rust {version}");
        Ok(Self(()))
    }

    /// Debian's cargo, which compiles the standard library for the target as well.
    #[expect(
        clippy::unused_self,
        reason = "only who has found the tools may call it"
    )]
    pub(crate) fn cargo(&self, target: &Path) -> Command {
        let mut cargo = Command::new("/usr/bin/cargo");
        for (name, _) in std::env::vars_os() {
            // What the cargo that runs us has set for its own toolchain.
            let shown = name.to_string_lossy();
            if ["CARGO", "RUSTUP", "RUSTC"]
                .iter()
                .any(|start| shown.starts_with(start))
                && shown != "CARGO_HOME"
            {
                cargo.env_remove(&name);
            }
        }
        cargo
            .current_dir(crate::cargo::root())
            .env("RUSTC", "/usr/bin/rustc")
            .env("RUSTC_BOOTSTRAP", "1")
            .env("CARGO_TARGET_DIR", target)
            .env("CARGO_PROFILE_DEV_DEBUG", "false")
            .env("CARGO_TERM_COLOR", "never")
            .env("CARGO_UNSTABLE_BUILD_STD", "std,panic_abort");
        cargo
    }
}

/// `1.96.0`
fn version() -> Option<String> {
    let output = Command::new("/usr/bin/rustc")
        .arg("--version")
        .output()
        .ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    Some(text.split(' ').nth(1)?.to_owned())
}
