//! `config.yaml`: what a mesh as a whole is told, whatever products it runs.
//!
//! The doc comments are what editors show: the JSON Schema of the file is made of these types.

use std::path::Path;
use std::sync::{Arc, LazyLock};

use mesh_contracts::{DocumentMap, DocumentSchema};
use mesh_events::{
    EmbeddedLog, EventLog, KafkaConfig, KafkaLog, KafkaSettings, Secret, SettingError,
};
use mesh_platform::vault::Vault;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use crate::SdkError;

/// What a mesh is told, whatever products it runs.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "config.yaml")]
struct Written {
    /// Where events are kept: `embedded`, in a file of this mesh, where nothing is said; or in Apache Kafka.
    #[serde(default)]
    events: WrittenEvents,
    /// How the versions of models are kept.
    #[serde(default)]
    models: WrittenModels,
}

#[derive(Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct WrittenModels {
    /// Where the key is by which they are sealed: 32 bytes in base64. Where nothing is said, one is made in the data directory, in
    /// `keys/models.key`.
    key: Option<Secret>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(untagged)]
enum WrittenEvents {
    /// `embedded`, or `kafka://host:9092,other:9092`.
    Place(String),
    Kafka(Box<KafkaSettings>),
}

impl Default for WrittenEvents {
    fn default() -> Self {
        Self::Place(EMBEDDED.to_owned())
    }
}

const EMBEDDED: &str = "embedded";

/// What a mesh is told, checked.
#[derive(Clone, Debug, Default)]
pub struct MeshConfig {
    pub events: EventsConfig,
    /// Seals the versions of models; nothing where the key in the data directory does.
    pub vault: Option<Arc<Vault>>,
}

/// Where the events of a mesh are kept. By default in a file of the mesh.
#[derive(Clone, Debug, Default)]
pub struct EventsConfig {
    /// `None` for the embedded log.
    kafka: Option<KafkaConfig>,
}

static SCHEMA: LazyLock<DocumentSchema> = LazyLock::new(|| {
    DocumentSchema::compile(&mesh_config_schema()).expect("a test of this crate compiles it")
});

/// JSON Schema 2020-12 of `config.yaml`, for editors.
pub fn mesh_config_schema() -> Value {
    schemars::schema_for!(Written).to_value()
}

impl MeshConfig {
    /// Reads a file such as `config.yaml`, and the files with secrets that it names.
    ///
    /// # Errors
    /// [`SdkError::Documents`] with every mistake that the schema sees, or [`SdkError::Document`] with the first other one.
    pub fn read(path: &Path) -> Result<MeshConfig, SdkError> {
        let file = path.display().to_string();
        let yaml = std::fs::read_to_string(path).map_err(SdkError::file(&file))?;
        let folder = path.parent().unwrap_or(Path::new("."));
        MeshConfig::parse(&file, &yaml, folder)
    }

    fn parse(file: &str, yaml: &str, folder: &Path) -> Result<MeshConfig, SdkError> {
        let says_nothing = |line: &str| line.trim().is_empty() || line.trim().starts_with('#');
        if yaml.lines().all(says_nothing) {
            return Ok(MeshConfig::default());
        }
        let document = DocumentMap::parse(file, yaml)?;
        let mistakes = SCHEMA.check(file, yaml);
        if !mistakes.is_empty() {
            return Err(SdkError::Documents(mistakes));
        }
        let written: Written = mesh_contracts::parse_document(file, yaml)?;
        let events = match written.events {
            WrittenEvents::Place(place) => EventsConfig::at(&place).map_err(|error| {
                let remedy = format!("{}, or `{EMBEDDED}`", error.remedy());
                document.error("events", error.problem(), remedy)
            }),
            WrittenEvents::Kafka(settings) => {
                EventsConfig::kafka(&settings, folder).map_err(|error| {
                    let path = format!("events.{}", error.field());
                    document.error(&path, error.problem(), error.remedy())
                })
            }
        };
        let vault = written.models.key.map(|secret| {
            let wrong =
                |error: SettingError| document.error("models.key", error.problem(), error.remedy());
            let key = secret.read("key", folder).map_err(wrong)?;
            let vault = Vault::with_key(&key, "it").map_err(|error| {
                let remedy = "make one with `openssl rand -base64 32`";
                document.error("models.key", error.to_string(), remedy)
            });
            vault.map(Arc::new)
        });
        Ok(MeshConfig {
            events: events?,
            vault: vault.transpose()?,
        })
    }
}

impl EventsConfig {
    /// `embedded`, or `kafka://host:9092,other:9092` to which the way is open.
    ///
    /// # Errors
    /// What is wrong with it, and what to write.
    pub fn at(place: &str) -> Result<EventsConfig, SettingError> {
        let kafka = match place {
            EMBEDDED => None,
            url => Some(KafkaConfig::at(url)?),
        };
        Ok(EventsConfig { kafka })
    }

    fn kafka(settings: &KafkaSettings, folder: &Path) -> Result<EventsConfig, SettingError> {
        let kafka = KafkaConfig::check(settings, folder)?;
        Ok(EventsConfig { kafka: Some(kafka) })
    }

    /// The cluster, if it is one.
    pub(crate) fn cluster(&self) -> Option<&KafkaConfig> {
        self.kafka.as_ref()
    }

    /// Opens the event log; the embedded one is in `folder`, which is there.
    pub(crate) async fn open(&self, folder: &Path) -> Result<Arc<dyn EventLog>, SdkError> {
        Ok(match &self.kafka {
            Some(kafka) => KafkaLog::connect(kafka.clone()).await?,
            None => EmbeddedLog::open(&folder.join("log.redb"))?,
        })
    }
}

#[cfg(test)]
mod tests;
