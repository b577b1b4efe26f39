//! The program, and what it says.

use assert_cmd::Command;
use assert_cmd::assert::Assert;
use std::process;

/// The program, to be run and judged.
pub fn basilar() -> Command {
    Command::from_std(plain())
}

/// The program as the standard library runs it, where pipes and signals matter.
pub fn plain() -> process::Command {
    process::Command::new(assert_cmd::cargo::cargo_bin!("basilar"))
}

/// The program with a limit on the size of files: to it a full disk.
#[cfg(unix)]
pub fn with_file_limit(limit: Option<u32>) -> process::Command {
    let limit = limit.map_or(String::new(), |blocks| format!("ulimit -f {blocks};"));
    let mut command = process::Command::new("sh");
    command.args(["-c", &format!("trap '' XFSZ; {limit} exec \"$@\""), "sh"]);
    command.arg(assert_cmd::cargo::cargo_bin!("basilar"));
    command
}

/// A pipe that nobody reads.
pub fn unread_pipe() -> std::io::PipeWriter {
    std::io::pipe().unwrap().1
}

/// What stands on standard output.
pub fn printed(done: &Assert) -> String {
    String::from_utf8(done.get_output().stdout.clone()).unwrap()
}

/// What stands on standard error.
pub fn said(done: &Assert) -> String {
    String::from_utf8(done.get_output().stderr.clone()).unwrap()
}
