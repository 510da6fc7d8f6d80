//! Running a Windows program.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::Tools;
use crate::Outcome;
use crate::cargo::run as run_command;

/// Debian 12's Wine lacks this library, from which the standard library takes random numbers.
const LIBRARY: &str = "bcryptprimitives.dll";
const LIBRARY_SOURCE: &str = "\
#include <windows.h>
#include <ntsecapi.h>
__declspec(dllexport) BOOL WINAPI ProcessPrng(PBYTE data, SIZE_T size) {
    return RtlGenRandom(data, (ULONG)size);
}
";

/// Wine with a Windows of its own.
pub(crate) struct Wine {
    prefix: PathBuf,
    programs: PathBuf,
}

impl Wine {
    /// `programs` is the directory of what was built, which gets the library that is missing.
    pub(crate) fn new(_: &Tools, home: &Path, programs: &Path) -> Outcome<Self> {
        fs::create_dir_all(home)?;
        let source = home.join("bcryptprimitives.c");
        fs::write(&source, LIBRARY_SOURCE)?;
        let mut compiler = Command::new("x86_64-w64-mingw32-gcc");
        let compile = compiler
            .arg("-shared")
            .arg("-o")
            .arg(programs.join(LIBRARY));
        run_command(compile.arg(&source).arg("-ladvapi32"))?;
        Ok(Self {
            prefix: home.join("prefix"),
            programs: programs.to_owned(),
        })
    }

    /// Runs a program in a folder, and returns what it prints.
    pub(crate) fn call(
        &self,
        program: &str,
        arguments: &[&str],
        folder: &Path,
        url: &str,
    ) -> Outcome<String> {
        let output = Command::new(Tools::WINE)
            .arg(self.programs.join(program))
            .args(arguments)
            .current_dir(folder)
            .env("WINEPREFIX", &self.prefix)
            .env("WINEDEBUG", "-all")
            // Neither .NET nor a browser is installed on the way.
            .env("WINEDLLOVERRIDES", "mscoree,mshtml=")
            .env("DATABASE_URL", url)
            .stdin(Stdio::null())
            .output()?;
        let said = [output.stdout, output.stderr].concat();
        let said = String::from_utf8_lossy(&said).replace("\r\n", "\n");
        if output.status.success() {
            Ok(said)
        } else {
            Err(format!(
                "{program} {}: {}\n{said}",
                arguments.join(" "),
                output.status
            )
            .into())
        }
    }
}

impl Drop for Wine {
    /// Wine's own server stays for a few seconds after the last program otherwise.
    fn drop(&mut self) {
        let mut server = Command::new("/usr/lib/wine/wineserver");
        let _ = server
            .arg("--kill")
            .env("WINEPREFIX", &self.prefix)
            .status();
    }
}
