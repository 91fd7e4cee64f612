//! Files of a table that its newest version has no more.

use std::sync::Arc;

use arrow_schema::SchemaRef;
use async_trait::async_trait;
use deltalake::DeltaTable;
use deltalake::datafusion::catalog::{Session, TableProvider};
use deltalake::datafusion::datasource::TableType;
use deltalake::datafusion::datasource::listing::PartitionedFile;
use deltalake::datafusion::datasource::physical_plan::{
    FileGroup, FileScanConfigBuilder, ParquetSource,
};
use deltalake::datafusion::datasource::source::DataSourceExec;
use deltalake::datafusion::error::Result;
use deltalake::datafusion::execution::SessionState;
use deltalake::datafusion::execution::object_store::ObjectStoreUrl;
use deltalake::datafusion::logical_expr::Expr;
use deltalake::datafusion::physical_plan::ExecutionPlan;
use deltalake::kernel::Add;
use deltalake::logstore::object_store::path::Path;
use url::Position;

/// The rows of files that are named one by one. DataFusion's own table of files looks for them, and takes one that it
/// does not find for one without rows; here, the query fails.
#[derive(Debug)]
pub(super) struct Files {
    columns: SchemaRef,
    store: ObjectStoreUrl,
    files: FileGroup,
}

impl Files {
    pub(super) fn of(
        table: &DeltaTable,
        columns: SchemaRef,
        state: &SessionState,
        files: &[Add],
    ) -> Result<Files> {
        let (url, log) = (table.table_url(), table.log_store());
        let runtime = state.runtime_env();
        runtime.register_object_store(url, log.root_object_store(None));
        let folder = Path::from_url_path(url.path())?;
        let files = files.iter().map(|file| {
            let path = format!("{folder}/{}", file.path);
            PartitionedFile::new(path, file.size.unsigned_abs())
        });
        Ok(Files {
            columns,
            store: ObjectStoreUrl::parse(&url[..Position::BeforePath])?,
            files: FileGroup::new(files.collect()),
        })
    }
}

#[async_trait]
impl TableProvider for Files {
    fn schema(&self) -> SchemaRef {
        self.columns.clone()
    }

    fn table_type(&self) -> TableType {
        TableType::Base
    }

    async fn scan(
        &self,
        _state: &dyn Session,
        projection: Option<&Vec<usize>>,
        _filters: &[Expr],
        limit: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let source = Arc::new(ParquetSource::new(self.columns.clone()));
        let scan = FileScanConfigBuilder::new(self.store.clone(), source)
            .with_file_group(self.files.clone())
            .with_projection_indices(projection.cloned())?
            .with_limit(limit)
            .build();
        Ok(DataSourceExec::from_data_source(scan))
    }
}
