//! New data products, and newer templates for those that are there.
//!
//! [`infer()`] reads a CSV file and drafts its contract. A [`Scaffold`] makes a product of such a file and one of the
//! [`Templates`]. [`plan_upgrade`] brings a product to a newer version of its template and keeps what its team has
//! made of it. A template is files and questions; what it gives for the same answers is the same, byte by byte, so
//! that an upgrade can tell the template's changes from the team's.

mod disk;
mod error;
mod infer;
mod record;
mod scaffold;
mod templates;
mod upgrade;
mod version;
mod yaml;

pub use error::ScaffoldError;
pub use infer::{
    Classification, ContractNames, Header, InferError, InferOptions, Inferred, InferredColumn,
    Kind, infer,
};
pub use scaffold::{NewProduct, Scaffold};
pub use templates::{Answers, Files, Templates};
pub use upgrade::{FileChange, FileState, Upgrade, plan_upgrade};
