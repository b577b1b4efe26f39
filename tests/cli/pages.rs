//! The program explains itself: help with examples, the models, completions and manual pages.

use crate::material::program::basilar;

fn printed(arguments: &[&str]) -> String {
    let mut command = basilar();
    let done = command.args(arguments).assert().code(0).stderr("");
    String::from_utf8(done.get_output().stdout.clone()).unwrap()
}

#[test]
fn every_subcommand_has_help_and_a_manual_page() {
    let help = printed(&["--help"]);
    let commands = help.lines().skip_while(|line| *line != "Commands:").skip(1);
    let commands: Vec<_> = commands
        .map_while(|line| line.split_whitespace().next())
        .filter(|word| *word != "help")
        .collect();
    assert!(commands.contains(&"score") && commands.contains(&"models"), "{help}");
    for command in commands {
        assert!(printed(&[command, "--help"]).contains("Usage: basilar"), "{command}");
        let page = printed(&["man", command]);
        assert!(page.contains(&format!(".TH basilar-{command} 1")), "{page}");
    }
    assert!(printed(&["man"]).contains(".TH basilar 1"));
}

#[test]
fn help_fits_a_page_of_100_columns() {
    for arguments in [&["--help"][..], &["score", "--help"], &["score", "-h"]] {
        let mut command = basilar();
        let done = command.args(arguments).assert().code(0);
        let help = String::from_utf8(done.get_output().stdout.clone()).unwrap();
        let longest = help.lines().map(|line| line.chars().count()).max();
        assert!(longest <= Some(100), "{help}");
    }
}

#[test]
fn every_built_in_model_is_listed_with_its_source() {
    let listed = printed(&["models"]);
    for (option, model) in basilar::Model::built_in() {
        assert!(listed.contains(&format!("{option:9}{}\n", model.title())), "{listed}");
        assert!(listed.contains(model.source()), "{listed}");
    }
}

#[test]
fn every_shell_gets_completions() {
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        assert!(printed(&["completions", shell]).contains("raw-format"), "{shell}");
    }
}
