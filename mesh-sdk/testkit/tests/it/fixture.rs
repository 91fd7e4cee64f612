//! A small declared product in a folder, whose files a test may change.

use std::fs;
use std::path::Path;

use mesh_sdk::{DataProduct, SdkError};
use tempfile::TempDir;

const PRODUCT: &str = r#"apiVersion: v1.1.0
kind: DataProduct
id: urn:mesh:testing:wards
name: wards
version: 1.0.0
status: draft
domain: testing
description: { purpose: Beds of hospital wards. }
tags: [test]
inputPorts:
  - { name: beds, version: 1.0.0, contractId: "urn:mesh:contract:testing:beds" }
outputPorts:
  - { name: beds, version: 1.0.0, contractId: "urn:mesh:contract:testing:beds" }
  - { name: full_wards, version: 1.0.0, contractId: "urn:mesh:contract:testing:full-wards" }
  - { name: ward_totals, version: 1.0.0, contractId: "urn:mesh:contract:testing:ward-totals" }
  - { name: wards, version: 1.0.0, contractId: "urn:mesh:contract:testing:wards" }
"#;

const MESH: &str = r"datasets:
  beds:
    from: { port: beds }
    starting_data: { file: data/beds.csv }
  full_wards:
    from: { sql: transforms/full_wards.sql }
  ward_totals:
    from: { sql: transforms/ward_totals.sql }
    refresh: on-commit
  wards:
    from: { file: data/wards.csv }
";

const BEDS: &str = r#"apiVersion: v3.2.0
kind: DataContract
id: urn:mesh:contract:testing:beds
name: beds
version: 1.0.0
status: draft
domain: testing
description: { purpose: Counts of beds. }
schema:
  - name: beds
    quality:
      - { metric: rowCount, mustBeGreaterThan: 0, name: not-empty }
      - { type: text, description: The night shift counts once more. }
    properties:
      - { name: ward, logicalType: string, required: true, logicalTypeOptions: { maxLength: 20 } }
      - { name: beds, logicalType: integer, required: true, logicalTypeOptions: { minimum: 0, maximum: 100 } }
      - { name: taken, logicalType: integer, logicalTypeOptions: { minimum: 0 } }
      - name: event_id
        logicalType: string
        required: true
        unique: true
        customProperties: [{ property: assigned, value: event_id }]
slaProperties:
  - { property: freshness, value: 1, unit: d }
  - { property: availability, value: 99.9, unit: percent }
"#;

const FULL: &str = r"apiVersion: v3.2.0
kind: DataContract
id: urn:mesh:contract:testing:full-wards
name: full-wards
version: 1.0.0
status: draft
domain: testing
description: { purpose: Counts of wards without a free bed. }
schema:
  - name: full_wards
    properties:
      - { name: ward, logicalType: string, required: true }
      - { name: beds, logicalType: integer, required: true, logicalTypeOptions: { maximum: 90 } }
";

const TOTALS: &str = r"apiVersion: v3.2.0
kind: DataContract
id: urn:mesh:contract:testing:ward-totals
name: ward-totals
version: 1.0.0
status: draft
domain: testing
description: { purpose: Beds of each ward over all counts. }
schema:
  - name: ward_totals
    properties:
      - { name: ward, logicalType: string, required: true, primaryKey: true }
      - { name: counts, logicalType: integer, required: true }
      - { name: most, logicalType: integer, required: true }
";

const WARDS: &str = r"apiVersion: v3.2.0
kind: DataContract
id: urn:mesh:contract:testing:wards
name: wards
version: 1.0.0
status: draft
domain: testing
description: { purpose: The wards there are. }
schema:
  - name: wards
    properties:
      - { name: ward, logicalType: string, required: true, primaryKey: true }
      - { name: opened, logicalType: date }
      - { name: floor, logicalType: integer, logicalTypeOptions: { minimum: 0, maximum: 9 } }
";

const FILES: [(&str, &str); 10] = [
    ("product.odps.yaml", PRODUCT),
    ("mesh.yaml", MESH),
    ("contracts/beds.odcs.yaml", BEDS),
    ("contracts/full-wards.odcs.yaml", FULL),
    ("contracts/ward-totals.odcs.yaml", TOTALS),
    ("contracts/wards.odcs.yaml", WARDS),
    (
        "transforms/full_wards.sql",
        "SELECT ward, beds FROM beds WHERE taken >= beds\n",
    ),
    (
        "transforms/ward_totals.sql",
        "SELECT ward, count(*) AS counts, max(beds) AS most FROM beds GROUP BY ward\n",
    ),
    (
        "data/beds.csv",
        "ward,beds,taken\nnorth,10,7\nsouth,12,12\nnorth,10,10\n",
    ),
    (
        "data/wards.csv",
        "ward,opened,floor\nnorth,1999-04-01,1\nsouth,2004-11-30,2\n",
    ),
];

/// The product's folder.
pub(crate) struct Wards(TempDir);

impl Wards {
    pub(crate) fn new() -> Wards {
        let folder = tempfile::tempdir().unwrap();
        let wards = Wards(folder);
        for (path, text) in FILES {
            wards.write(path, text);
        }
        wards
    }

    /// Whose beds come with the time of receipt, keyed by their ward.
    pub(crate) fn remembering() -> Wards {
        let wards = Wards::new();
        wards.edit(
            "contracts/beds.odcs.yaml",
            "      - { name: ward, logicalType: string, required: true, logicalTypeOptions: { maxLength: 20 } }\n",
            "      - name: ward\n        logicalType: string\n        required: true\n        logicalTypeOptions: { maxLength: 20 }\n        \
             customProperties: [{ property: eventKey, value: true }]\n      - name: received_at\n        logicalType: timestamp\n        \
             required: true\n        customProperties: [{ property: assigned, value: received_at }]\n",
        );
        wards
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    pub(crate) fn write(&self, path: &str, text: &str) {
        let path = self.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// Puts `new` in the place of `old`, which has to be there.
    pub(crate) fn edit(&self, path: &str, old: &str, new: &str) -> &Wards {
        let text = fs::read_to_string(self.path().join(path)).unwrap();
        assert!(text.contains(old), "{path} has no {old}");
        self.write(path, &text.replacen(old, new, 1));
        self
    }

    pub(crate) fn read(&self) -> Result<DataProduct, SdkError> {
        DataProduct::from_files(self.path().to_owned())
    }

    pub(crate) fn product(&self) -> DataProduct {
        self.read().unwrap_or_else(|error| panic!("{error}"))
    }
}
