//! The command line of the mesh, for the binary `mesh` and for products that bring a program of their own.

mod cli;
mod commands;
mod greeting;
mod message;
mod progress;
mod registration;

use std::process::ExitCode;

use clap::Parser;
use mesh_sdk::{DataProduct, SdkError};

/// Records and columns come and go by the thousand on every thread, and what they leave has to go back to the system.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

/// The products that are built into a program.
pub type ProductList = fn() -> Result<Vec<DataProduct>, SdkError>;

/// Runs the command line over `products`; to be called by `main`.
pub fn main(products: ProductList) -> ExitCode {
    match cli::Cli::parse().run(products) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {}", message::of(&error));
            ExitCode::FAILURE
        }
    }
}
