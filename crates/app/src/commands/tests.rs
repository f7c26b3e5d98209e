//! The whole command line: its tree, its help.

use groundwork_cli::command;

use crate::Groundwork;

fn help_of(path: &[&str]) -> String {
    let mut command = command::<Groundwork>()
        .term_width(100)
        .color(clap::ColorChoice::Never);
    command.build();
    let mut found = &mut command;
    for name in path {
        found = found
            .find_subcommand_mut(name)
            .unwrap_or_else(|| panic!("no command {name}"));
    }
    found.render_long_help().to_string()
}

#[test]
fn the_tree_of_commands_is_sound() {
    command::<Groundwork>().debug_assert();
}

#[test]
fn help_shows_what_there_is() {
    insta::assert_snapshot!("help", help_of(&[]));
    insta::assert_snapshot!("help_serve", help_of(&["serve"]));
    insta::assert_snapshot!("help_studio", help_of(&["studio"]));
    insta::assert_snapshot!("help_studio_import", help_of(&["studio", "import"]));
}

#[test]
fn every_help_shows_examples() {
    fn check(command: &clap::Command) {
        if command.get_name() != "help" {
            let help = command.clone().render_long_help().to_string();
            assert!(help.contains("Examples:"), "{}: {help}", command.get_name());
        }
        command.get_subcommands().for_each(check);
    }
    check(&command::<Groundwork>());
}

#[test]
fn no_command_means_serve() {
    let arguments = ["groundwork", "--environment", "production"];
    let matches = command::<Groundwork>()
        .try_get_matches_from(arguments)
        .unwrap();
    assert!(matches.subcommand().is_none());
    let environment: Option<&String> = matches.get_one("environment");
    assert_eq!(environment.map(String::as_str), Some("production"));
}

#[test]
fn configuration_flags_stand_before_and_after_a_command() {
    for arguments in [
        ["groundwork", "--set", "http.bind=127.0.0.1:1", "config"],
        ["groundwork", "config", "--set", "http.bind=127.0.0.1:1"],
    ] {
        let matches = command::<Groundwork>()
            .try_get_matches_from(arguments)
            .unwrap();
        let set: Vec<&(String, String)> = matches.get_many("set").unwrap().collect();
        assert_eq!(set, [&("http.bind".to_owned(), "127.0.0.1:1".to_owned())]);
    }
}

#[test]
fn a_wrong_word_gets_a_suggestion() {
    let arguments = ["groundwork", "studio", "imprt", "x"];
    let parsed = command::<Groundwork>().try_get_matches_from(arguments);
    let error = parsed.unwrap_err();
    assert!(error.to_string().contains("'import'"), "{error}");
    assert_eq!(error.exit_code(), 2);
}
