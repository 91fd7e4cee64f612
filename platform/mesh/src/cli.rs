use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use clap::{Args, Parser, Subcommand, ValueEnum};
use mesh_sdk::{EventsConfig, MeshConfig};
use tokio::runtime::Runtime;

use crate::ProductList;
use crate::commands::{
    contract, dataset, model, new, quarantine, template, test, token, train, up,
};

/// A data mesh: domain teams ship data products with contracts, storage, models and scoring ports.
#[derive(Parser)]
#[command(name = "mesh", version, arg_required_else_help = true)]
pub(crate) struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Start the mesh in this process: the products, the catalog and a development issuer of tokens.
    Up(Up),
    /// Make a new data product from a template, and from a CSV file if there is one.
    New(new::New),
    /// Try a product in a mesh of its own: its starting data, transforms, models and quality rules.
    Test(test::Test),
    /// Check, compare, publish and show contracts.
    #[command(subcommand)]
    Contract(contract::Contract),
    /// Keep a product up with the template it was made from.
    #[command(subcommand)]
    Template(template::Template),
    /// Look into the datasets of the local mesh.
    #[command(subcommand)]
    Dataset(dataset::Dataset),
    /// Look into what broke its contract, and put it in again.
    #[command(subcommand)]
    Quarantine(quarantine::Quarantine),
    /// Look into the models of the products, and decide which version of one answers.
    #[command(subcommand)]
    Model(model::Model),
    /// Train a new version of a model on the newest data, and put it into Production if it passes the gate.
    Train(train::Train),
    /// Print the JSON Schema of a file, for editors.
    Schema(Schema),
    /// Print a token for the local mesh.
    Token(Token),
}

#[derive(Args)]
pub(crate) struct Up {
    /// Folders of declared products, to run beside the built-in ones; one is loaded again when its files change.
    #[arg(value_name = "PRODUCT_DIR")]
    pub(crate) products: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) data: DataDir,
    /// What the mesh as a whole is told [default: config.yaml in the data directory, if it is there].
    #[arg(long, value_name = "FILE", env = "MESH_CONFIG")]
    config: Option<PathBuf>,
    /// Where events are kept, whatever the configuration says of it: `embedded`, or `kafka://host:9092,other:9092`.
    #[arg(long, value_name = "URL", env = "MESH_EVENTS", hide_env_values = true)]
    events: Option<String>,
    /// Loopback address to listen on.
    #[arg(long, default_value = "127.0.0.1:7070")]
    pub(crate) listen: SocketAddr,
}

impl Up {
    /// What was said on the command line over what is said in the file.
    pub(crate) fn config(&self, data_dir: &Path) -> anyhow::Result<MeshConfig> {
        let default = Some(data_dir.join("config.yaml")).filter(|file| file.exists());
        let mut config = match self.config.as_ref().or(default.as_ref()) {
            Some(file) => MeshConfig::read(file)?,
            None => MeshConfig::default(),
        };
        if let Some(events) = &self.events {
            // Not by clap, which would quote it: people put passwords into addresses.
            config.events = EventsConfig::at(events).context("--events")?;
        }
        Ok(config)
    }
}

#[derive(Args)]
struct Schema {
    /// The file.
    #[arg(default_value = "mesh.yaml")]
    of: Document,
}

#[derive(Clone, Copy, ValueEnum)]
enum Document {
    /// How the platform runs a product.
    #[value(name = "mesh.yaml")]
    Mesh,
    /// What a mesh as a whole is told.
    #[value(name = "config.yaml")]
    Config,
}

#[derive(Args)]
pub(crate) struct Token {
    #[command(flatten)]
    pub(crate) data: DataDir,
    /// Whom the token speaks for.
    #[arg(long = "as", value_name = "USER", default_value = "developer")]
    pub(crate) user: String,
    /// What it allows, comma-separated.
    #[arg(long, value_delimiter = ',', default_value = "ingest,score,query")]
    pub(crate) scope: Vec<String>,
    /// How long it is valid.
    #[arg(long, value_name = "HOURS", default_value_t = 12, value_parser = clap::value_parser!(u32).range(1..=720))]
    pub(crate) hours: u32,
}

#[derive(Args)]
pub(crate) struct Evaluate {
    /// The model, as product/model.
    #[arg(default_value = "bracelet-cardiology/heart-risk")]
    pub(crate) model: String,
    /// Parts that the cases are split into; each is predicted once by a model trained on the others.
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u16).range(2..=100))]
    pub(crate) folds: u16,
    /// Times that the cases are split anew.
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u16).range(1..=1000))]
    pub(crate) repeats: u16,
    /// Of the splits.
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
    /// Print the report as JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args)]
pub(crate) struct DataDir {
    /// Folder that holds everything the mesh remembers [default: meshwork in the user's data directory].
    #[arg(long, value_name = "DIR", env = "MESH_DATA_DIR")]
    data_dir: Option<PathBuf>,
}

impl DataDir {
    pub(crate) fn path(&self) -> anyhow::Result<PathBuf> {
        let default = || dirs::data_dir().map(|dir| dir.join("meshwork"));
        self.data_dir
            .clone()
            .or_else(default)
            .context("there is no user data directory here: name a folder with --data-dir DIR")
    }
}

impl Cli {
    /// The exit code says whether what was asked for holds; an error, that it could not be found out.
    pub(crate) fn run(self, built_in: ProductList) -> anyhow::Result<ExitCode> {
        let done = |()| ExitCode::SUCCESS;
        match self.command {
            Command::Up(args) => Runtime::new()?.block_on(up::run(&args, built_in)).map(done),
            Command::New(args) => new::run(args).map(done),
            Command::Test(args) => Runtime::new()?.block_on(test::run(&args)),
            Command::Contract(command) => contract::run(&command),
            Command::Template(command) => template::run(&command),
            Command::Dataset(command) => Runtime::new()?.block_on(dataset::run(&command)).map(done),
            Command::Quarantine(command) => Runtime::new()?.block_on(quarantine::run(&command)),
            Command::Train(args) => Runtime::new()?.block_on(train::run(&args)),
            Command::Model(command) => Runtime::new()?.block_on(model::run(&command, built_in)),
            Command::Schema(args) => {
                let schema = match args.of {
                    Document::Mesh => mesh_sdk::mesh_yaml_schema(),
                    Document::Config => mesh_sdk::mesh_config_schema(),
                };
                println!("{schema:#}");
                Ok(ExitCode::SUCCESS)
            }
            Command::Token(args) => token::run(&args).map(done),
        }
    }
}
