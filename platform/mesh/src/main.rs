//! The command line of the mesh, and the one place that lists its products.

mod cli;
mod commands;
mod greeting;
mod products;
mod progress;
mod registration;

use clap::Parser;

fn main() -> std::process::ExitCode {
    match cli::Cli::parse().run() {
        Ok(()) => std::process::ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            std::process::ExitCode::FAILURE
        }
    }
}
