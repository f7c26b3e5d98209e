//! The flags of `new --from-entities`, and the questions that it asks on a terminal.

use std::io::{self, BufRead as _, IsTerminal as _};

use groundwork_cli::{CliError, Output, Result};

use crate::evolve::{Answer, Decisions, Evolution, EvolveError, Question, Sources, evolve};

/// What a person decides by flags.
#[derive(Clone, Debug, Default, clap::Args)]
#[command(next_help_heading = "With --from-entities")]
pub(super) struct Choices {
    /// A field or a table has another name: scenes.mood=tone, scenes=parts
    #[arg(long, value_name = "OLD=NEW", value_parser = pair, requires = "from_entities")]
    rename: Vec<(String, String)>,

    /// What is gone is dropped, though something is new beside it: scenes.mood
    #[arg(long, value_name = "OLD", requires = "from_entities")]
    drop: Vec<String>,

    /// The value of rows that have none: scenes.mood=calm
    #[arg(long, value_name = "COLUMN=VALUE", value_parser = pair, requires = "from_entities")]
    fill: Vec<(String, String)>,

    /// The same as an SQL expression, which may use other columns: scenes.mood=lower(title)
    #[arg(long, value_name = "COLUMN=SQL", value_parser = pair, requires = "from_entities")]
    fill_sql: Vec<(String, String)>,

    /// No row needs a value there; the migration fails where one does
    #[arg(long, value_name = "COLUMN", requires = "from_entities")]
    unfilled: Vec<String>,

    /// Values may turn out not to fit; the migration fails where one does not
    #[arg(long, value_name = "COLUMN", requires = "from_entities")]
    narrow: Vec<String>,

    /// An SQL expression for the values of a column of another type
    #[arg(long, value_name = "COLUMN=SQL", value_parser = pair, requires = "from_entities")]
    using: Vec<(String, String)>,
}

impl Choices {
    fn decisions(&self) -> Decisions {
        Decisions {
            renames: self.rename.iter().cloned().map(by_table).collect(),
            drops: self.drop.iter().cloned().collect(),
            fills: self.fill.iter().cloned().collect(),
            fills_sql: self.fill_sql.iter().cloned().collect(),
            unfilled: self.unfilled.iter().cloned().collect(),
            narrows: self.narrow.iter().cloned().collect(),
            conversions: self.using.iter().cloned().collect(),
        }
    }

    /// Writes the migration; asks on a terminal what is not decided.
    pub(super) async fn evolve(
        &self,
        sources: &Sources<'_>,
        name: &str,
        title: &str,
        output: Output,
    ) -> Result<Evolution> {
        let mut decisions = self.decisions();
        let can_ask = io::stdin().is_terminal() && io::stderr().is_terminal();
        loop {
            output.progress("reading the entities, and trying the migration");
            match evolve(sources, name, title, &decisions).await {
                Err(EvolveError::Undecided(questions)) if can_ask => {
                    for question in questions {
                        let answer = ask(&question, output)?;
                        decisions.answer(&question, answer);
                    }
                }
                done => return Ok(done?),
            }
        }
    }
}

/// `scenes.mood=scenes.tone` is `scenes.mood=tone`.
fn by_table((old, new): (String, String)) -> (String, String) {
    let own = old
        .split_once('.')
        .and_then(|(table, _)| new.strip_prefix(table)?.strip_prefix('.'));
    let new = own.map_or_else(|| new.clone(), str::to_owned);
    (old, new)
}

fn pair(text: &str) -> std::result::Result<(String, String), String> {
    match text.split_once('=') {
        Some((subject, value)) if !subject.is_empty() => Ok((subject.to_owned(), value.to_owned())),
        _ => Err("expected table.column=…".to_owned()),
    }
}

fn ask(question: &Question, output: Output) -> Result<Answer> {
    let (text, choices) = match question {
        Question::Renamed { gone, new } => {
            let mut choices: Vec<String> = new
                .iter()
                .map(|new| format!("it is called {new} now"))
                .collect();
            choices.push("it is dropped, with what it holds".to_owned());
            (format!("{gone} is gone."), choices)
        }
        Question::Fill { column, holds } => {
            let line = line(
                output,
                &format!(
                    "The value ({holds}) of rows that have none in {column} [none: it fails where there are such rows]:"
                ),
            )?;
            return Ok(match line.as_str() {
                "" => Answer::Unfilled,
                value => Answer::FilledWith(value.to_owned()),
            });
        }
        Question::Narrow {
            column,
            before,
            after,
        } => (
            format!("Values of {column} may not fit when {before} becomes {after}."),
            vec!["go on; the migration fails where one does not fit".to_owned()],
        ),
    };
    output.note(text);
    for (number, choice) in choices.iter().enumerate() {
        output.note(format!("  {}  {choice}", number + 1));
    }
    loop {
        let chosen = line(output, &format!("1–{}, or nothing to stop:", choices.len()))?;
        let chosen = match chosen.as_str() {
            "" => return Err(CliError::usage("stopped; nothing was written")),
            text => text
                .parse::<usize>()
                .ok()
                .filter(|number| (1..=choices.len()).contains(number)),
        };
        return Ok(match (chosen, question) {
            (Some(number), Question::Renamed { new, .. }) => match new.get(number - 1) {
                Some(new) => Answer::RenamedTo(new.clone()),
                None => Answer::Dropped,
            },
            (Some(_), _) => Answer::Narrowed,
            (None, _) => continue,
        });
    }
}

fn line(output: Output, prompt: &str) -> Result<String> {
    output.note(prompt);
    let mut line = String::new();
    let read = io::stdin().lock().read_line(&mut line);
    read.map_err(|error| CliError::unavailable(error).context("cannot read the answer"))?;
    Ok(line.trim().to_owned())
}
