//! A whole service as another repository has it: what `groundwork-cli` and `groundwork-http` leave.

use std::process::ExitCode;

use acceptance::shop::{self, Command, Context, Stock, Subject};
use groundwork_cli::{CliError, Program, Result, doctor::Report};
use groundwork_core::clock::Clock;
use groundwork_http::{Options, ServeOptions, Shutdown, bind, serve, service};
use groundwork_naming::Convention;

struct Shop;

impl Program for Shop {
    type Command = Command;
    type Settings = Stock;
    const NAME: &'static str = "shop";
    const VERSION: &'static str = "1.0.0";
    const ABOUT: &'static str = "Sells lamps";
    const CONVENTION: Convention = shop::CONVENTION;

    async fn serve(&self, Context { output, loaded }: Context) -> Result {
        let shutdown = Shutdown::on_signals().map_err(CliError::internal)?;
        let listener = bind(loaded.config.http.bind).await?;
        let address = listener.local_addr().map_err(CliError::internal)?;
        let options = Options::new(&loaded.config, Clock::system());
        let app = service(shop::routes(), &options);
        output.line(&format!("selling lamps at http://{address}"))?;
        serve(listener, app, &shutdown, &ServeOptions::new(&loaded.config)).await;
        Ok(())
    }
    async fn run(&self, context: Context, command: Command) -> Result {
        shop::run(context, command).await
    }
    async fn check(&self, subject: Subject<'_>, report: &mut Report) {
        shop::check(subject, report).await;
    }
}
fn main() -> ExitCode {
    groundwork_cli::main(&Shop)
}
