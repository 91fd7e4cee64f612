use axum::Router;
use chrono::Utc;
use mesh_catalog::{Catalog, Entry, Failure};
use mesh_platform::api::Api;
use mesh_platform::identity::{DevIssuer, authenticate};
use mesh_platform::server::{self, Limits, LiveRouter, Readiness};
use mesh_platform::{problem, telemetry};
use mesh_sdk::{DataProduct, DatasetState, Host};

use crate::registration;

/// The products that run, what the catalog says of them, and the routes that lead to them.
pub(super) struct Hosting {
    host: Host,
    catalog: Catalog,
    issuer: DevIssuer,
    readiness: Readiness,
    limits: Limits,
    live: LiveRouter,
}

impl Hosting {
    pub(super) fn new(
        host: Host,
        catalog: Catalog,
        issuer: DevIssuer,
        readiness: Readiness,
        limits: Limits,
    ) -> anyhow::Result<Hosting> {
        let hosting = Hosting {
            host,
            catalog,
            issuer,
            readiness,
            limits,
            live: LiveRouter::new(Router::new()),
        };
        hosting.route()?;
        for entry in hosting.entries() {
            hosting.catalog.register(entry);
        }
        Ok(hosting)
    }

    /// What answers every request.
    pub(super) fn router(&self) -> Router {
        self.live.router()
    }

    pub(super) fn entries(&self) -> Vec<Entry> {
        let products = self.host.products();
        products
            .map(|product| registration::entry(product))
            .collect()
    }

    /// The datasets of every product.
    pub(super) fn states(&self) -> Vec<Vec<DatasetState>> {
        let products = self.host.products();
        products.map(|product| product.datasets()).collect()
    }

    /// Tells the catalog how the datasets stand now.
    pub(super) fn refresh(&self) {
        self.entries()
            .into_iter()
            .for_each(|entry| self.catalog.refresh(entry));
    }

    /// Runs `product` in place of the one of its name.
    pub(super) async fn replace(&mut self, product: DataProduct) -> anyhow::Result<()> {
        let replaced = self.host.replace(product).await;
        // Also after a failure: the old product goes on, started anew.
        self.route()?;
        match replaced {
            Ok(running) => self.catalog.register(registration::entry(&running)),
            Err(error) => return Err(error.into()),
        }
        Ok(())
    }

    /// Whether a product of this name runs.
    pub(super) fn runs(&self, product: &str) -> bool {
        self.host.product(product).is_some()
    }

    /// Shows that the newest files of a product cannot be run.
    pub(super) fn failed(&self, product: &str, message: String) {
        let since = Utc::now();
        let failure = Failure { message, since };
        self.catalog.register_failure(product, failure);
    }

    pub(super) async fn stop(self) {
        self.host.stop().await;
    }

    /// Leads every request to what runs now.
    fn route(&self) -> anyhow::Result<()> {
        let api = Api::new()
            .merge(self.host.api())
            .merge(self.catalog.api())
            .merge(self.issuer.api())
            .merge(self.readiness.api())
            .merge(mesh_sdk::schemas_api())
            .merge(problem::help_pages())
            .merge(telemetry::metrics_api())
            .with_openapi("meshwork", env!("CARGO_PKG_VERSION"));
        let router = api
            .into_router()
            .layer(authenticate(self.issuer.verifier()?));
        self.live.replace(server::layers(router, &self.limits));
        Ok(())
    }
}
