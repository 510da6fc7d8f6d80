//! The shell that starts the server, and stops it when no process needs it any more.

use std::env;
use std::io::{BufRead as _, BufReader};
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::Stdio;

use migrate_server::{Account, Installation};

/// How long the server goes on without users, in seconds: a runner with a process for each test has moments without any.
const LINGER: &str = "MIGRATE_TEST_LINGER";

/// A pipe ends for its reader when all its writers are gone, however they went. While the shell waits for new ones, it
/// writes to the pipe itself; a byte that arrives in that time is from a process that has joined, and then it begins again.
const SCRIPT: &str = r#"
pg_ctl=$1 home=$2 linger=$3
trap "" INT TERM HUP
control() { "$pg_ctl" "$@" -w -t 60 -s -D "$home/data" >>"$home/pg_ctl.log" 2>&1; }
cd "$home" || exit 1
: >pg_ctl.log
rm -rf join users closing
mkdir users
# A server whose supervisor was killed.
[ -f data/postmaster.pid ] && control stop -m immediate
control start -l "$home/log" || { sleep 2; control start -l "$home/log"; } || { tail -n 5 pg_ctl.log log; exit 1; }
mkfifo -m 600 join
# Opening only to read would wait for a writer.
exec 4<>join; exec 3<join; exec 4>&-
echo started
exec >/dev/null
while :; do
  cat <&3
  rm -f users/*
  exec 5>join; sleep "$linger" 3<&- & exec 5>&-
  [ -n "$(cat <&3)" ] && continue
  mkdir closing
  [ -z "$(ls users)" ] && break
  rmdir closing
done
control stop -m fast
rm -rf join closing
"#;

/// Returns when the server accepts connections.
pub(crate) fn start(
    home: &Path,
    account: &Account,
    installation: &Installation,
) -> Result<(), String> {
    let linger = env::var(LINGER).ok();
    let linger = linger.filter(|value| value.parse::<u32>().is_ok());
    let mut shell = account
        .command("sh")
        .args(["-c", SCRIPT, "migrate-test"])
        .arg(installation.program("pg_ctl"))
        .arg(home)
        .arg(linger.as_deref().unwrap_or("10"))
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        // A Ctrl-C at the terminal is for the tests.
        .process_group(0)
        .spawn()
        .map_err(|error| format!("cannot start a shell: {error}"))?;
    let mut said = Vec::new();
    if let Some(output) = shell.stdout.take() {
        for line in BufReader::new(output).lines().map_while(Result::ok) {
            if line == "started" {
                // It outlives this process.
                return Ok(());
            }
            said.push(line);
        }
    }
    // Without the wait it would be a zombie until this process ends.
    let _ = shell.wait();
    Err(format!(
        "PostgreSQL {} does not start from {}:\n    {}",
        installation.version,
        installation.binaries.display(),
        said.join("\n    ")
    ))
}
